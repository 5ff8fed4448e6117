"""What the deployed Prometheus would read: monitors of the program and of its charts, with the pods they select."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.program.conftest import shape
from tests.render.archives import Missing, find
from tests.render.conftest import rendered
from tests.render.manifests import Object, namespace_of
from tests.render.releases import SHAPE, releases

# Pods that operators make, as far as monitors select them: labels and ports by the kind of the custom resource.
OPERATED: dict[str, tuple[dict[str, str], dict[str, int]]] = {
    "Cluster": ({"cnpg.io/cluster": "{name}", "cnpg.io/podRole": "instance"}, {"metrics": 9187}),
    "Prometheus": (
        {"app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": "{name}"},
        {"http-web": 9090},
    ),
    "Alertmanager": ({"app.kubernetes.io/name": "alertmanager", "alertmanager": "{name}"}, {"http-web": 9093}),
}
# The operator keeps a service without selector for them.
KUBELET = "kubelet"


@dataclass(frozen=True)
class Pods:
    """Pods of one template: their labels and named ports."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    ports: Mapping[str, int]


@dataclass(frozen=True)
class Scrape:
    """One job, and the pods that it reads; none where nothing is selected."""

    job: str
    monitor: str
    pods: tuple[Pods, ...]
    port: str | int

    @property
    def ports(self) -> set[int]:
        return {pods.ports[self.port] if isinstance(self.port, str) else self.port for pods in self.pods}


@functools.cache
def objects(name: str) -> tuple[Object, ...]:
    """Everything that a shape of the program creates: its own objects, and those of its charts."""
    own: list[Object] = [item.manifest for item in shape(name).objects]
    for release in _releases(name):
        own += [
            {**item, "metadata": {**item["metadata"], "namespace": namespace_of(item, release.namespace)}}
            for item in rendered(release.chart.name, _profile(name)).objects
        ]
    return tuple(own)


def scrapes(name: str) -> list[Scrape]:
    """Every job of a shape."""
    found = objects(name)
    pods = list(_pods(found))
    return [
        *(scrape for item in found if item["kind"] == "PodMonitor" for scrape in _of_pod_monitor(item, pods)),
        *(scrape for item in found if item["kind"] == "ServiceMonitor" for scrape in _of_services(item, found, pods)),
    ]


def _releases(name: str) -> Iterator[Any]:
    for release in releases(_profile(name)):
        if isinstance(find(release.chart), Missing):
            pytest.skip(
                f"chart {release.chart.name} {release.chart.version} cannot be had, so its monitors are unknown"
            )
        yield release


def _profile(name: str) -> str:
    return next(profile for profile, stands_for in SHAPE.items() if stands_for == name)


def _of_pod_monitor(item: Object, pods: Sequence[Pods]) -> Iterator[Scrape]:
    spec, metadata = item["spec"], item["metadata"]
    spaces = spec.get("namespaceSelector", {}).get("matchNames", [metadata["namespace"]])
    for endpoint in spec["podMetricsEndpoints"]:
        [job] = [r["replacement"] for r in endpoint["relabelings"] if r["targetLabel"] == "job"]
        selected = [
            p for p in pods if p.namespace in spaces and spec["selector"]["matchLabels"].items() <= p.labels.items()
        ]
        yield Scrape(job, metadata["name"], tuple(p for p in selected if endpoint["port"] in p.ports), endpoint["port"])


def _of_services(item: Object, found: Sequence[Object], pods: Sequence[Pods]) -> Iterator[Scrape]:
    spec, metadata = item["spec"], item["metadata"]
    if metadata["name"].endswith(KUBELET):
        yield Scrape(KUBELET, metadata["name"], (), 10250)
        return
    spaces = (spec.get("namespaceSelector") or {}).get("matchNames", [metadata["namespace"]])
    for service in (s for s in found if s["kind"] == "Service" and s["metadata"]["namespace"] in spaces):
        labels = service["metadata"].get("labels") or {}
        if not spec["selector"]["matchLabels"].items() <= labels.items():
            continue
        ports = {port.get("name"): port["targetPort"] for port in service["spec"]["ports"]}
        endpoint = spec["endpoints"][0]
        selected = tuple(
            p
            for p in pods
            if p.namespace == service["metadata"]["namespace"]
            and service["spec"]["selector"].items() <= p.labels.items()
        )
        job = labels.get(spec.get("jobLabel", ""), service["metadata"]["name"])
        yield Scrape(job, metadata["name"], selected, ports[endpoint["port"]])


def _pods(found: Sequence[Object]) -> Iterator[Pods]:
    for item in found:
        kind, metadata = item["kind"], item["metadata"]
        if kind in {"Deployment", "StatefulSet", "DaemonSet"}:
            template = item["spec"]["template"]
            ports = {
                str(port.get("name", port["containerPort"])): port["containerPort"]
                for container in template["spec"]["containers"]
                for port in container.get("ports") or []
            }
            yield Pods(metadata["namespace"], metadata["name"], template["metadata"]["labels"], ports)
        elif kind in OPERATED:
            labels, ports = OPERATED[kind]
            named = {key: value.format(name=metadata["name"]) for key, value in labels.items()}
            yield Pods(metadata["namespace"], metadata["name"], named, ports)
