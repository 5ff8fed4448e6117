"""Who is told: checked by amtool for every alert, and on a real Alertmanager that delivers to a local webhook."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from pydantic import ValidationError

from lakehouse.alert_routing import Alerting, alertmanager_configuration, receiver_secrets
from tests.monitoring.prometheus_tools import prometheus_tool
from tests.monitoring.rule_cases import alerts_with_cases

SLACK = {"channel": "#data-alerts", "incident_channel": "#data-incidents"}
EMAIL = {"to": "data@example.com", "sender": "lake@example.com", "server": "smtp.example.com:587", "user": "lake"}
EVERYTHING = {"slack": SLACK, "email": EMAIL, "pagerduty": True, "opsgenie": True, "dead_man": True}
EVERYTHING |= {"webhook": "https://hooks.example.com/lake"}
MUTE = {"name": "sunday-work", "components": ["trino"], "weekdays": ["sunday"], "start": "02:00", "end": "06:00"}
ENVIRONMENTS = ("dev", "staging", "prod")
LABELS = {alert.name: {"alertname": alert.name, **alert.rule["labels"]} for alert in alerts_with_cases()}
RECEIVERS = {"P0": "page", "P1": "page-in-hours,chat", "P2": "chat", "P3": "ticket"}


def configuration(environment: str, **settings: Any) -> dict[str, Any]:
    return alertmanager_configuration(Alerting.model_validate({"environment": environment, **EVERYTHING, **settings}))


def for_amtool(found: dict[str, Any]) -> str:
    """The configuration with the one key that Debian's version (0.25) does not know yet replaced."""
    return yaml.safe_dump(found).replace(
        "url_file: /etc/alertmanager/secrets/alertmanager-dead-man/url", "url: http://x/"
    )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("settings", [{}, {"mutes": [MUTE]}, {"slack": None}, {"email": None, "opsgenie": False}])
def test_amtool_takes_the_configuration(environment: str, settings: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yaml"
    file.write_text(for_amtool(configuration(environment, **settings)))
    checked = subprocess.run(
        [prometheus_tool("amtool"), "check-config", str(file)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_alert_goes_where_its_priority_says(environment: str, tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yaml"
    file.write_text(for_amtool(configuration(environment)))
    amtool = prometheus_tool("amtool")
    for name, labels in LABELS.items():
        arguments = [f"{key}={value}" for key, value in labels.items()]
        told = subprocess.run(
            [amtool, "config", "routes", "test", f"--config.file={file}", *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        expected = "dead-man" if name == "Watchdog" else RECEIVERS[labels["priority"]]
        assert told.stdout.strip() == expected, name


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_nobody_is_paged_outside_of_production(environment: str) -> None:
    for receiver in configuration(environment)["receivers"]:
        if receiver["name"] != "dead-man":
            assert set(receiver) <= {"name", "slack_configs", "email_configs"}, receiver["name"]


def test_production_pages_for_p0_and_p1() -> None:
    receivers = {receiver["name"]: set(receiver) for receiver in configuration("prod")["receivers"]}
    pagers = {"pagerduty_configs", "opsgenie_configs", "webhook_configs"}
    assert pagers <= receivers["page"]
    assert pagers <= receivers["page-in-hours"]
    assert not pagers & (receivers["chat"] | receivers["ticket"])


@pytest.mark.parametrize("settings", [{"pagerduty": False, "opsgenie": False, "webhook": None}, {"dead_man": False}])
def test_a_production_that_nobody_would_hear_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="lakehouse:alerting"):
        configuration("prod", **settings)


def test_secrets_are_files_of_mounted_secrets() -> None:
    alerting = Alerting.model_validate({"environment": "prod", **EVERYTHING})
    text = yaml.safe_dump(alertmanager_configuration(alerting))
    for secret in receiver_secrets(alerting).values():
        assert f"/etc/alertmanager/secrets/{secret.name}/{secret.key}" in text
    assert not [
        word for word in ("routing_key:", "api_key:", "password:", "slack_api_url:", "credentials:") if word in text
    ]


@dataclass(frozen=True)
class RunningAlertmanager:
    url: str
    deliveries: list[tuple[str, dict[str, Any]]]
    """Receiver and message."""

    def post(self, *alerts: dict[str, str]) -> None:
        body = json.dumps([{"labels": labels, "annotations": {"summary": "."}} for labels in alerts]).encode()
        request = urllib.request.Request(f"{self.url}/alerts", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=10) as answer:
            return json.load(answer)

    def wait_for(self, count: int, seconds: float = 60) -> list[tuple[str, dict[str, Any]]]:
        deadline = time.monotonic() + seconds
        while len(self.deliveries) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        return list(self.deliveries)


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[RunningAlertmanager]:
    """The production configuration, each receiver a path of a local webhook, and no waiting for groups."""

    class Hook(BaseHTTPRequestHandler):
        received: ClassVar[list[tuple[str, dict[str, Any]]]] = []

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.received.append((self.path.strip("/"), message))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    program = prometheus_tool("prometheus-alertmanager")
    if not Path("/usr/share/prometheus/alertmanager/default.tmpl").is_file():
        pytest.skip("Alertmanager can't run: Debian's needs its templates in /usr/share, so it must be installed")
    hook = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=hook.serve_forever, daemon=True).start()
    found = configuration("prod", working_days="sunday:saturday", working_hours=("00:00", "24:00"))
    found["global"] = {"resolve_timeout": "5m"}
    for receiver in list(found["receivers"]):
        address = f"http://127.0.0.1:{hook.server_port}/{receiver['name']}"
        receiver.clear()
        receiver |= {"name": address.rsplit("/", 1)[1], "webhook_configs": [{"url": address}]}
    found["route"]["group_wait"] = "1s"
    for route in found["route"]["routes"]:
        route.pop("group_wait", None)
    file = tmp_path / "alertmanager.yaml"
    file.write_text(yaml.safe_dump(found))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, f"--config.file={file}", f"--storage.path={tmp_path / 'data'}", "--cluster.listen-address="]
    command.append(f"--web.listen-address=127.0.0.1:{port}")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running = RunningAlertmanager(f"http://127.0.0.1:{port}/api/v2", Hook.received)
    try:
        for _ in range(300):
            try:
                running.get("status")
                break
            except OSError:
                time.sleep(0.1)
        yield running
    finally:
        process.kill()
        process.wait()
        hook.shutdown()


def test_alerts_are_grouped_and_delivered_to_the_receivers_of_their_priority(alertmanager: RunningAlertmanager) -> None:
    chosen = ["MinioDown", "DbtRunFailed", "MinioDriveOffline", "DbtRunSlow"]
    alertmanager.post(*(LABELS[name] for name in chosen if name != "MinioDown"))
    alertmanager.post(
        {**LABELS["AirbyteSyncFailed"], "connection": "a"}, {**LABELS["AirbyteSyncFailed"], "connection": "b"}
    )
    told = {(receiver, message["groupLabels"]["alertname"]) for receiver, message in alertmanager.wait_for(6)}
    assert told == {
        ("page-in-hours", "DbtRunFailed"),
        ("chat", "DbtRunFailed"),
        ("chat", "MinioDriveOffline"),
        ("ticket", "DbtRunSlow"),
        ("page-in-hours", "AirbyteSyncFailed"),
        ("chat", "AirbyteSyncFailed"),
    }
    both = next(
        message for _, message in alertmanager.deliveries if message["groupLabels"]["alertname"] == "AirbyteSyncFailed"
    )
    assert {alert["labels"]["connection"] for alert in both["alerts"]} == {"a", "b"}


def test_what_follows_from_a_known_cause_is_not_told(alertmanager: RunningAlertmanager) -> None:
    volume = {"namespace": "lake-postgres", "persistentvolumeclaim": "pg-1"}
    other = {"namespace": "lake-minio", "persistentvolumeclaim": "export-0"}
    alertmanager.post(LABELS["MinioDown"], {**LABELS["VolumeAlmostFull"], **volume})
    alertmanager.post(LABELS["DbtRunFailed"], LABELS["DataFreshnessLate"], LABELS["SupersetDown"])
    alertmanager.post({**LABELS["VolumeUsageHigh"], **volume}, {**LABELS["VolumeUsageHigh"], **other})
    told = {message["groupLabels"]["alertname"] for _, message in alertmanager.wait_for(5)}
    inhibited = {
        (alert["labels"]["alertname"], alert["labels"].get("namespace", ""))
        for alert in alertmanager.get("alerts")
        if alert["status"]["inhibitedBy"]
    }
    assert inhibited == {("DbtRunFailed", ""), ("DataFreshnessLate", ""), ("VolumeUsageHigh", "lake-postgres")}
    assert not {"DbtRunFailed", "DataFreshnessLate"} & told
    assert {"MinioDown", "SupersetDown"} <= told


def test_the_heartbeat_reaches_its_receiver(alertmanager: RunningAlertmanager) -> None:
    alertmanager.post(LABELS["Watchdog"])
    assert [receiver for receiver, _ in alertmanager.wait_for(1)] == ["dead-man"]
    groups = {group["receiver"]["name"] for group in alertmanager.get("alerts/groups")}
    assert groups == {"dead-man"}
