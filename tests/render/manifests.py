"""Charts rendered in process, and the pods in what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import helm_python
import yaml

from tests.render.archives import Archive

# As Helm splits a template's output; a YAML parser refuses cert-manager's `---# comment`.
_DOCUMENT = re.compile(r"(?:^|\s*\n)---\s*")
_HOOK = "helm.sh/hook"
_TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet")
# Custom resources from which an operator makes pods, with the containers' sizes at these paths.
_OPERATED = ("Prometheus", "Alertmanager")

Object = dict[str, Any]


@dataclass(frozen=True)
class Pod:
    """A pod as some object of the release makes it."""

    kind: str
    name: str
    namespace: str
    spec: Mapping[str, Any]
    annotations: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[Object, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def containers(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Initial containers first, each with a name that is unique in the release."""
        both = [*(self.spec.get("initContainers") or []), *(self.spec.get("containers") or [])]
        return [(f"{self}/{container['name']}", container) for container in both]


@dataclass(frozen=True)
class Rendered:
    chart: str
    release: str
    namespace: str
    objects: tuple[Object, ...]
    # Sub-charts that are switched on.
    sub_charts: frozenset[str] = frozenset()

    def of(self, *kinds: str) -> list[Object]:
        return [item for item in self.objects if item["kind"] in kinds]

    @property
    def pods(self) -> list[Pod]:
        return list(_pods(self.objects, self.namespace))

    @property
    def hooks(self) -> list[tuple[str, str, str]]:
        """Kind, name and moments of what Helm runs outside the release's own objects."""
        return [
            (item["kind"], item["metadata"]["name"], moments) for item in self.objects if (moments := hook_of(item))
        ]


def hook_of(item: Object) -> str:
    annotations = item["metadata"].get("annotations") or {}
    return str(annotations.get(_HOOK, ""))


def namespace_of(item: Object, default: str) -> str:
    return str(item["metadata"].get("namespace") or default)


def render(archive: Archive, release: str, namespace: str, values: Mapping[str, Any]) -> Rendered:
    """Everything an installation would create. Objects of `helm test` are left out: nothing ever creates them."""
    with helm_python.Chart.load(archive.path) as chart:
        written = chart.render(dict(values), name=release, namespace=namespace)
    documents = (
        yaml.safe_load(part)
        for path, text in sorted(written.items())
        if not path.endswith("NOTES.txt")
        for part in _DOCUMENT.split(text)
    )
    objects = [item for item in documents if item]
    kept = tuple(item for item in objects if hook_of(item) not in {"test", "test-success"})
    return Rendered(archive.chart.name, release, namespace, kept, frozenset(_sub_charts(written)))


def _sub_charts(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        _, below, rest = path.partition("/charts/")
        if below:
            yield rest.split("/")[0]


def _pods(objects: tuple[Object, ...], namespace: str) -> Iterator[Pod]:
    for item in objects:
        kind, name, spec = item["kind"], item["metadata"]["name"], item.get("spec") or {}
        where = namespace_of(item, namespace)
        if kind == "Pod":
            yield Pod(kind, name, where, spec, item["metadata"].get("annotations") or {})
        elif kind in _TEMPLATED:
            yield _from_template(kind, name, where, spec["template"], spec.get("volumeClaimTemplates") or [])
        elif kind == "CronJob":
            yield _from_template(kind, name, where, spec["jobTemplate"]["spec"]["template"])


def _from_template(kind: str, name: str, namespace: str, template: Object, claims: Sequence[Object] = ()) -> Pod:
    annotations = (template.get("metadata") or {}).get("annotations") or {}
    return Pod(kind, name, namespace, template["spec"], annotations, tuple(claims))


def operated(rendered: Rendered) -> list[Object]:
    """Custom resources whose operator makes pods of `spec.resources`."""
    return rendered.of(*_OPERATED)
