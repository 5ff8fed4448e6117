"""A chart installed as Helm 3 does it: definitions, hooks by weight, objects by kind; created, never merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import helm_python
import yaml

from tests.cluster.control_plane import Api, Object, describe, wait_until
from tests.cluster.workloads import is_done, is_rolled_out
from tests.render.archives import Archive
from tests.render.manifests import Rendered, hook_of

# Helm's own order of kinds; the rest follow by name.
ORDER = (
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
)
WEIGHT = "helm.sh/hook-weight"
DELETE_POLICY = "helm.sh/hook-delete-policy"


class _Loader(yaml.CSafeLoader):
    """Reads a lone `=` as text, as YAML 1.2 and Kubernetes do."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)


def install(api: Api, archive: Archive, rendered: Rendered, *, await_workloads: bool, seconds: float) -> None:
    """Create everything of a release; hooks have to end, and workloads to roll out unless the await is skipped."""
    _define(api, list(definitions(archive)))
    _run_hooks(api, rendered, "pre-install", seconds)
    objects = [_placed(item, rendered.namespace) for item in rendered.objects if not hook_of(item)]
    objects.sort(key=_position)
    _define(api, [item for item in objects if item["kind"] == "CustomResourceDefinition"])
    created = [api.create(item) for item in objects if item["kind"] != "CustomResourceDefinition"]
    if await_workloads:
        for item in created:
            if item["kind"] in {"Deployment", "StatefulSet", "DaemonSet"}:
                _wait_until(is_rolled_out, api, item, seconds)
    _run_hooks(api, rendered, "post-install", seconds)


def definitions(archive: Archive) -> Iterator[Object]:
    """What lies in the `crds` folders of a chart and its sub-charts."""
    with helm_python.Chart.load(archive.path) as chart:
        texts = [entry["data"] for entry in chart.crds or []]
    for text in texts:
        yield from (item for item in yaml.load_all(text, _Loader) if item)


def _define(api: Api, items: list[Object]) -> None:
    for item in items:
        api.apply(item)
    for item in items:
        _wait_until(_is_established, api, item, seconds=30)


def _wait_until(holds: Callable[[Object], bool], api: Api, item: Object, seconds: float) -> None:
    wait_until(f"{describe(item)}: {holds.__name__.strip('_')}", lambda: holds(api.get(item)), seconds)


def _is_established(definition: Object) -> bool:
    conditions = (definition.get("status") or {}).get("conditions") or []
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)


def _run_hooks(api: Api, rendered: Rendered, moment: str, seconds: float) -> None:
    hooks = [_placed(item, rendered.namespace) for item in rendered.objects if moment in _moments(item)]
    hooks.sort(key=lambda item: (int(_annotations(item).get(WEIGHT, 0)), _position(item)))
    for item in hooks:
        api.create(item)
        if item["kind"] in {"Job", "Pod"}:
            _wait_until(is_done, api, item, seconds)
    for item in hooks:
        if "hook-succeeded" in _annotations(item).get(DELETE_POLICY, ""):
            api.delete(item)


def _moments(item: Object) -> list[str]:
    return [moment.strip() for moment in hook_of(item).split(",")]


def _annotations(item: Object) -> dict[str, str]:
    annotations: dict[str, str] = item["metadata"].get("annotations") or {}
    return annotations


def _placed(item: Object, namespace: str) -> Object:
    if item["metadata"].get("namespace"):
        return item
    return {**item, "metadata": {**item["metadata"], "namespace": namespace}}


def _position(item: Object) -> tuple[int, str, str]:
    kind = item["kind"]
    return (ORDER.index(kind) if kind in ORDER else len(ORDER), kind, item["metadata"]["name"])
