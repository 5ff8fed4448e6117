"""The doctor against an API server that takes for ever: it says what it has, and what it has not."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import kubernetes  # type: ignore[import-untyped] # noqa: F401 - its import takes seconds on a busy machine
import pytest
import yaml

from odoo_lake.doctor import diagnose
from odoo_lake.doctor.cluster import read_cluster
from odoo_lake.doctor.deadline import Reads
from odoo_lake.errors import UserError
from tests.loopback import listening

# Long enough for what does answer, on a busy machine too.
SECONDS = 5
LATE = "could not be read in time: no answer within 5 s"
NODE = {"metadata": {"name": "a", "creationTimestamp": "2026-03-01T00:00:00Z"}, "spec": {}}


@contextmanager
def api_server(is_slow: Callable[[str], bool]) -> Iterator[str]:
    """An API server with one node that never reported; of slow paths it sends a blank now and then, for ever."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            items = [NODE] if path == "/api/v1/nodes" else []
            body = json.dumps({"metadata": {}, "items": items}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body) if not is_slow(path) else 10**6))
            self.end_headers()
            if is_slow(path):
                for _ in itertools.takewhile(lambda _: not over.wait(0.2), itertools.count()):
                    self.wfile.write(b" ")
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # its callers hang up, which is the point
    with listening(server) as url:
        try:
            yield url
        finally:
            over.set()


def kubeconfig(folder: Path, server: str, user: dict[str, object] | None = None) -> Path:
    text = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": user or {}}],
        "contexts": [{"name": "tests", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "tests",
    }
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(text))
    return file


def test_what_does_not_come_in_time_is_told_beside_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = ("/api/v1/events", "/apis", "/api/v1/nodes/a/proxy/stats/summary")
    with api_server(lambda path: path in slow) as server:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path, server)))
        snapshot = read_cluster("tests", Reads(SECONDS))
    assert snapshot.unread == {"Event": LATE, "kinds": LATE, "volumes of a": LATE}
    found = {(finding.fault, finding.object): finding.why for finding in diagnose(snapshot)}
    assert found["not-read", "List of Event"] == LATE
    assert ("node-not-ready", "Node a") in found


def test_without_the_pods_it_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with api_server(lambda _: True) as server:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path, server)))
        with pytest.raises(UserError, match=f"The pods cannot be listed: {LATE}"):
            read_cluster("tests", Reads(SECONDS))


def test_a_credential_plugin_that_hangs_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sleep", "args": ["10"]}
    config = kubeconfig(tmp_path, "http://127.0.0.1:9", {"exec": {**plugin, "interactiveMode": "Never"}})
    monkeypatch.setenv("KUBECONFIG", str(config))
    with pytest.raises(UserError, match="The credentials of the kubeconfig could not be read in time"):
        read_cluster("tests", Reads(SECONDS))


def test_the_command_ends_though_a_read_goes_on(tmp_path: Path) -> None:
    program = "import sys, kubernetes; from odoo_lake.cli.app import main; sys.argv[0] = 'odoo-lake'; main()"
    with api_server(lambda path: path == "/api/v1/events") as server:
        done = subprocess.run(
            [sys.executable, "-c", program, "doctor", "--json", "--context", "tests"],
            env={"KUBECONFIG": str(kubeconfig(tmp_path, server)), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2, done.stderr
    assert done.stdout, done.stderr
    faults = {finding["fault"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert "no answer within" in faults["not-read"]["why"]
    assert "node-not-ready" in faults


def test_a_run_record_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from odoo_lake.cli import doctor as command
    from odoo_lake.cli.app import app

    over = threading.Event()
    monkeypatch.setattr(command, "_status", lambda lake: over.wait())
    monkeypatch.setattr(command, "Reads", lambda: Reads(SECONDS))
    with api_server(lambda _: False) as server:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path, server)))
        ran = CliRunner().invoke(app, ["doctor", "--json", "--context", "tests", "--lake", "s3://lake"])
    over.set()
    found = {finding["object"]: finding["why"] for finding in json.loads(ran.stdout)["findings"]}
    assert found["Run record of s3://lake"] == LATE
