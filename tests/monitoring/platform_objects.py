"""The objects that commands of runbooks may name: those that the program and its charts create, in both profiles."""

from __future__ import annotations

from collections.abc import Iterator

from tests.monitoring.scrape_targets import objects
from tests.render.manifests import Object
from tests.render.releases import SHAPE

_NAMED = ("Deployment", "StatefulSet", "DaemonSet", "Service", "CronJob")


def platform_objects() -> dict[str, list[str]]:
    """`kind/name` of every object by namespace, with the pods that have fixed names."""
    found: dict[str, list[str]] = {}
    for name in SHAPE.values():
        for item in objects(name):
            if item["kind"] == "Namespace":
                found.setdefault(item["metadata"]["name"], [])
            else:
                found.setdefault(item["metadata"].get("namespace") or "", []).extend(_names(item))
    return found


def _names(item: Object) -> Iterator[str]:
    kind, name, spec = item["kind"], item["metadata"]["name"], item.get("spec") or {}
    if kind in _NAMED:
        yield f"{kind.lower()}/{name}"
    match kind:
        case "StatefulSet":
            yield from (f"pod/{name}-{number}" for number in range(spec.get("replicas", 1)))
        case "Cluster":
            yield f"clusters.postgresql.cnpg.io/{name}"
            yield from (f"service/{name}-{role}" for role in ("rw", "ro", "r"))
            yield from (f"pod/{name}-{number}" for number in range(1, spec["instances"] + 1))
        case "Prometheus" | "Alertmanager":
            yield f"statefulset/{kind.lower()}-{name}"
