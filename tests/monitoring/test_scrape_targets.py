"""Every metric that rules and dashboards read is scraped, under the job that they name, from pods that exist."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from lakehouse.alert_routing import alertmanager_configuration, receiver_secrets
from lakehouse.flows import flows
from lakehouse.monitoring_rules import MONITORING, Links, deployed_parts, render_rules
from lakehouse.network import Outside
from lakehouse.network import Pods as Peer
from lakehouse.settings import Settings
from lakehouse.settings_reader import load
from tests.monitoring.metric_listings import METRICS
from tests.monitoring.rule_cases import metric_names
from tests.monitoring.scrape_targets import KUBELET, Scrape, objects, scrapes
from tests.program.conftest import SHAPES, shape
from tests.program.recorder import SECRET_KEYS, encoded, run_program, stack_config
from tests.render.releases import SHAPE

# Listings whose job has another name: the chart's own monitors name jobs by their services.
JOBS = {"alertmanager": "lake-alertmanager", "prometheus": "lake-prometheus"}


def settings_of(name: str) -> Settings:
    stack, changes = SHAPES[name]
    return load(encoded(stack_config(stack, **changes)), SECRET_KEYS)


def rules(name: str) -> list[dict[str, Any]]:
    """The rules that a shape deploys, as its PrometheusRule objects hold them."""
    found = [item for item in objects(name) if item["kind"] == "PrometheusRule"]
    return [rule for item in found for group in item["spec"]["groups"] for rule in group["rules"]]


def boards(name: str) -> list[dict[str, Any]]:
    labelled = [
        item
        for item in objects(name)
        if item["kind"] == "ConfigMap" and item["metadata"].get("labels", {}).get("grafana_dashboard") == "1"
    ]
    return [json.loads(text) for item in labelled for text in item["data"].values()]


@pytest.mark.parametrize("name", SHAPE.values())
def test_every_job_that_a_rule_expects_is_scraped(name: str) -> None:
    expected = {rule["labels"]["job"] for rule in rules(name) if rule.get("record") == "scrape_target:expected"}
    assert {"postgres", "minio-cluster", "kubelet", "kube-state-metrics", "query-exporter"} <= expected
    assert expected <= {scrape.job for scrape in scrapes(name)}


@pytest.mark.parametrize("name", SHAPE.values())
def test_every_metric_comes_from_a_job_that_is_scraped(name: str) -> None:
    jobs = {scrape.job for scrape in scrapes(name)}
    sources = {
        metric: file.stem
        for file in METRICS.glob("*.txt")
        for metric in file.read_text().splitlines()
        if metric and not metric.startswith("#")
    }
    recorded = {rule["record"] for rule in rules(name) if "record" in rule}
    used = {metric for rule in rules(name) for metric in metric_names(rule["expr"])}
    for board in boards(name):
        for target in (target for panel in board["panels"] for target in panel["targets"]):
            used |= metric_names(target["expr"].replace("$__rate_interval", "5m"))
    read = used - recorded - {"up", "ALERTS"}
    assert len(read) > 60
    unread = {metric for metric in read if JOBS.get(sources[metric], sources[metric]) not in jobs}
    assert not unread


@pytest.mark.parametrize("name", SHAPE.values())
def test_every_monitor_selects_pods_with_its_port(name: str) -> None:
    found = scrapes(name)
    assert len(found) > 10
    empty = [f"{scrape.monitor}: {scrape.job}" for scrape in found if not scrape.pods and scrape.job != KUBELET]
    assert empty == []


@pytest.mark.parametrize("name", SHAPE.values())
def test_prometheus_may_reach_every_target(name: str) -> None:
    prometheus = {"app.kubernetes.io/name": "prometheus"}
    allowed = flows(settings_of(name))

    def reaches(scrape: Scrape, namespace: str, labels: dict[str, str], port: int) -> bool:
        return any(
            port in flow.ports
            and isinstance(flow.source, Peer)
            and flow.source.namespace == "lake-monitoring"
            and dict(flow.source.labels).items() <= prometheus.items()
            and (
                (isinstance(flow.target, Outside) and flow.target.name == "the nodes")
                if namespace == "lake-node"
                else isinstance(flow.target, Peer)
                and flow.target.namespace == namespace
                and dict(flow.target.labels).items() <= labels.items()
            )
            for flow in allowed
        )

    shut = [
        f"{scrape.job} at {pods.namespace}:{port}"
        for scrape in scrapes(name)
        for pods in scrape.pods
        for port in scrape.ports
        if not reaches(scrape, pods.namespace, dict(pods.labels), port)
    ]
    assert not shut


@pytest.mark.parametrize(
    ("name", "profile", "ingestion", "absent"),
    [
        ("dev", "lightweight", "airbyte", {"backup"}),
        ("prod", "production", "airbyte", set()),
        ("dev-direct", "lightweight", "direct", {"backup"}),
        ("staging-external-store", "production", "airbyte", {"minio", "backup", "object-log"}),
    ],
)
def test_the_rules_are_those_of_the_folder(name: str, profile: str, ingestion: str, absent: set[str]) -> None:
    links = Links("ops/runbooks", "https://grafana.lake.example.com")
    if name != "prod":
        links = Links("ops/runbooks", "http://grafana.lake-monitoring.svc.cluster.local")
    wanted = render_rules(profile, deployed_parts(profile, ingestion), links)
    wanted = {product: groups for product, groups in wanted.items() if product not in absent}
    deployed = {r.metadata["name"]: r.manifest["spec"] for r in shape(name).of("PrometheusRule")}
    assert deployed == wanted


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_dashboards_are_those_of_the_folder(name: str) -> None:
    folder = MONITORING / "dashboards" / {"dev": "lightweight", "prod": "production"}[name]
    assert {board["uid"] for board in boards(name)} == {path.stem for path in folder.glob("*.json")}
    for item in shape(name).of("ConfigMap"):
        if item.metadata["name"].startswith("lakehouse-"):
            assert item.metadata["annotations"]["grafana_folder"] == "Lakehouse"
            assert item.manifest["data"] == {
                f"{item.metadata['name']}.json": (folder / f"{item.metadata['name']}.json").read_text()
            }


def test_dashboards_of_absent_products_are_left_out() -> None:
    names = {r.metadata["name"] for r in shape("dev-direct").of("ConfigMap")}
    assert "lakehouse-overview" in names
    assert "lakehouse-airbyte" not in names
    external = {r.metadata["name"] for r in shape("dev-external-store").of("ConfigMap")}
    assert "lakehouse-airbyte" in external
    assert "lakehouse-minio" not in external


def test_alertmanager_gets_the_routes_and_each_receivers_secret() -> None:
    program, alerting = shape("prod"), settings_of("prod").alerting
    [alertmanager] = [item for item in objects("prod") if item["kind"] == "Alertmanager"]
    spec = alertmanager["spec"]
    routes = program.named("Secret", spec["configSecret"], "lake-monitoring").manifest["stringData"]
    assert yaml.safe_load(routes["alertmanager.yaml"]) == alertmanager_configuration(alerting)
    secrets = receiver_secrets(alerting)
    assert set(secrets) == {"slack", "pagerduty", "deadMan"}
    assert spec["secrets"] == [secret.name for secret in secrets.values()]
    for name, secret in secrets.items():
        held = program.named("Secret", secret.name, "lake-monitoring").manifest["stringData"]
        assert held == {secret.key: f"canary-{name}"}
        assert f"/etc/alertmanager/secrets/{secret.name}/{secret.key}" in routes["alertmanager.yaml"]


def test_a_stack_that_tells_nobody_says_so() -> None:
    assert any("nobody is told" in note for note in shape("dev").outputs["notes"])
    assert not any("nobody is told" in note for note in shape("prod").outputs["notes"])


def test_days_and_volume_bound_what_prometheus_keeps() -> None:
    longer = run_program(stack_config("prod", retention={"metricsDays": 30}), stack="prod")
    [release] = [r.manifest for r in longer.releases if r.name == "monitoring"]
    spec = release["values"]["prometheus"]["prometheusSpec"]
    assert spec["retention"] == "30d"
    claimed = spec["storageSpec"]["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"]
    assert (claimed, spec["retentionSize"]) == ("50Gi", "43520MiB"), "85 % of the volume"


def test_nodes_are_measured_only_where_the_stack_asks_for_it() -> None:
    for name, expected in (("dev", False), ("prod", True), ("dev-node-exporter", True)):
        [release] = [r.manifest for r in shape(name).releases if r.name == "monitoring"]
        assert release["values"]["nodeExporter"]["enabled"] is expected
        spaces = {r.metadata["name"] for r in shape(name).of("Namespace") if r.typ.startswith("kubernetes:")}
        assert ("lake-node" in spaces) is expected
        if expected:
            assert release["values"]["prometheus-node-exporter"]["namespaceOverride"] == "lake-node"
