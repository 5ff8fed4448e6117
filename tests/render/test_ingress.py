"""The way of a browser's request: from an Ingress through its service to a pod that network policies let it reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lakehouse.web import WEBS
from tests.render.archives import Archive, find
from tests.render.conftest import rendered
from tests.render.manifests import Object, namespace_of
from tests.render.releases import own_objects, releases

PROFILE = "production"


def objects() -> Iterator[tuple[str, Object]]:
    """Everything that the stack with a domain has, with its namespace."""
    yield from ((namespace_of(item, ""), item) for item in own_objects(PROFILE))
    for release in releases(PROFILE):
        if isinstance(find(release.chart), Archive):
            yield from ((namespace_of(i, release.namespace), i) for i in rendered(release.chart.name, PROFILE).objects)


INGRESSES = sorted(
    (item for item in own_objects(PROFILE) if item["kind"] == "Ingress"), key=lambda item: str(item["metadata"]["name"])
)


def pods_behind(namespace: str, name: str, number: int) -> list[tuple[dict[str, str], int]]:
    """Labels of each workload that the service selects, and the container's port that `number` leads to."""
    [service] = [
        i for space, i in objects() if (space, i["kind"], i["metadata"]["name"]) == (namespace, "Service", name)
    ]
    [port] = [port for port in service["spec"]["ports"] if port["port"] == number]
    wanted = service["spec"]["selector"].items()
    found = []
    for space, item in objects():
        if space == namespace and item["kind"] in {"Deployment", "StatefulSet"}:
            template: dict[str, Any] = item["spec"]["template"]
            if wanted <= template["metadata"]["labels"].items():
                target = port.get("targetPort", number)
                ports = [p for c in template["spec"]["containers"] for p in c.get("ports") or []]
                [to] = {p["containerPort"] for p in ports if target in {p.get("name"), p["containerPort"]}}
                found.append((template["metadata"]["labels"], to))
    return found


@pytest.mark.parametrize("ingress", INGRESSES, ids=lambda ingress: ingress["metadata"]["name"])
def test_a_name_leads_to_the_pods_that_the_flows_let_it_reach(ingress: Object) -> None:
    [web] = [one for one in WEBS if one.name == ingress["metadata"]["name"]]
    [rule] = ingress["spec"]["rules"]
    [path] = rule["http"]["paths"]
    backend = path["backend"]["service"]
    reached = pods_behind(ingress["metadata"]["namespace"], backend["name"], backend["port"]["number"])
    assert reached
    for labels, port in reached:
        assert dict(web.pods.labels).items() <= labels.items()
        assert port == web.pod_port


def test_products_with_an_interface_are_among_them() -> None:
    assert {"airbyte", "trino"} <= {ingress["metadata"]["name"] for ingress in INGRESSES}
