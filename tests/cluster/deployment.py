"""The recorded program applied to a real API server: typed objects by server-side apply, charts as Helm installs them.

Resources go in the worst order that their dependencies allow: of those that may be next, the one registered last. What
lacks a dependency then comes too early and is refused, instead of working by the luck of the order of statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lakehouse import settings_reader, sizing
from lakehouse.budget import Budget
from lakehouse.plan import active_budgets
from lakehouse.versions import Chart
from tests.cluster.charts import install
from tests.cluster.control_plane import ControlPlane, Object, Refused, describe, wait_until
from tests.cluster.operators import Operators, operators
from tests.cluster.workloads import KINDS, is_done, is_rolled_out
from tests.program.recorder import Program, Recorded, encoded, run_program
from tests.render.archives import Missing, find
from tests.render.manifests import render

AWAIT_SECONDS = 60
SKIPPED_AWAIT = "pulumi.com/skipAwait"


@dataclass
class Deployment:
    """A deployed program. `notes` say what could not be had here and what stood in for it."""

    profile: str
    cluster: ControlPlane
    program: Program
    budgets: Mapping[str, Budget]
    operators: Operators
    notes: list[str] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)

    @property
    def namespaces(self) -> list[str]:
        return [item.metadata["name"] for item in self.program.objects if item.kind == "Namespace"]

    def is_complete(self, namespace: str) -> bool:
        """Whether a namespace has its product, and every chart of it could be installed."""
        return namespace not in self.incomplete and any(
            item["metadata"]["namespace"] == namespace for item in self.templates
        )

    @property
    def pods(self) -> list[Object]:
        """Every pod of the platform, Jobs' and hooks' included."""
        return [pod for name in self.namespaces for pod in self.cluster.api.list("v1", "Pod", name)]

    @property
    def workloads(self) -> list[Object]:
        """Every Deployment, StatefulSet and DaemonSet of the platform."""
        return [item for kind in KINDS for name in self.namespaces for item in self._list("apps/v1", kind, name)]

    @property
    def templates(self) -> list[Object]:
        """Every pod, and those that CronJobs would start."""
        found = self.pods
        for name in self.namespaces:
            for item in self._list("batch/v1", "CronJob", name):
                spec = item["spec"]["jobTemplate"]["spec"]["template"]["spec"]
                metadata = {"name": item["metadata"]["name"], "namespace": name}
                found.append({"apiVersion": "v1", "kind": "CronJob", "metadata": metadata, "spec": spec})
        return found

    def wait_until_settled(self, seconds: float = AWAIT_SECONDS) -> None:
        """All workloads have all their pods, and nothing terminates."""
        wait_until("every workload has settled", lambda: not self.unsettled(), seconds, explain=self.unsettled)

    def unsettled(self) -> list[str]:
        found = [f"{describe(item)} is not rolled out" for item in self.workloads if not is_rolled_out(item)]
        found += [f"{describe(pod)} terminates" for pod in self.pods if "deletionTimestamp" in pod["metadata"]]
        return found + [f"{name}: {failure}" for name, failure in self.operators.failures.items()]

    def _list(self, api_version: str, kind: str, namespace: str) -> list[Object]:
        return self.cluster.api.list(api_version, kind, namespace)


@contextmanager
def deployed(cluster: ControlPlane, config: Mapping[str, Any]) -> Iterator[Deployment]:
    """Apply the whole program and wait for it, with the stand-in operators beside it until the end."""
    chosen = settings_reader.load(encoded(config), settings_reader.SECRET_KEYS)
    budgets = active_budgets(chosen, sizing.load(chosen.profile, chosen.overrides, chosen.object_store))
    program = run_program(config)
    with operators(cluster) as running:
        deployment = Deployment(str(chosen.profile), cluster, program, budgets, running)
        for resource in worst_order(program.resources):
            _write(deployment, resource)
        deployment.wait_until_settled()
        yield deployment


def worst_order(resources: Sequence[Recorded]) -> list[Recorded]:
    """The resources, each after its parent and its dependencies; of those that may be next the last registered first.

    Nothing is registered before its parent is, and a component is not before all that it depends on exists.
    """
    left = {resource.urn: resource for resource in resources}
    ordered: list[Recorded] = []
    while left:
        ready = [urn for urn, r in left.items() if not left.keys() & {r.parent, *r.dependencies}]
        assert ready, f"the dependencies of {sorted(left)} form a circle"
        ordered.append(left.pop(ready[-1]))
    return ordered


def _write(deployment: Deployment, resource: Recorded) -> None:
    if resource.typ == "kubernetes:helm.sh/v3:Release":
        _install(deployment, resource)
    elif resource.typ.startswith("kubernetes:"):
        _apply(deployment, resource)


def _apply(deployment: Deployment, resource: Recorded) -> None:
    api, item = deployment.cluster.api, resource.manifest
    try:
        api.apply(item)
    except Refused as refusal:
        if not refusal.message.startswith("the server knows no"):
            raise
        _define(deployment, item)
        api.apply(item)
    if SKIPPED_AWAIT not in item["metadata"].get("annotations", {}):
        _wait_for(deployment, item)


def _wait_for(deployment: Deployment, item: Object) -> None:
    """What Pulumi's provider awaits before it creates what depends on the object."""
    api = deployment.cluster.api
    conditions: dict[str, Callable[[Object], bool]] = {
        "Deployment": is_rolled_out,
        "StatefulSet": is_rolled_out,
        "Job": is_done,
    }
    if item["kind"] in conditions:
        holds = conditions[item["kind"]]
        events = lambda: [f"{e['reason']}: {e['message']}" for e in _events(deployment, item)]  # noqa: E731
        wait_until(f"{describe(item)} is ready", lambda: holds(api.get(item)), AWAIT_SECONDS, explain=events)


def _events(deployment: Deployment, item: Object) -> list[Object]:
    namespace = item["metadata"].get("namespace")
    return [event for event in deployment.cluster.api.list("v1", "Event", namespace) if event["type"] == "Warning"]


def _install(deployment: Deployment, resource: Recorded) -> None:
    inputs = resource.manifest
    chart = chart_of(inputs)
    archive = find(chart)
    if isinstance(archive, Missing):
        deployment.incomplete.add(inputs["namespace"])
        deployment.notes.append(f"chart {chart.name} {chart.version} is not installed: {archive.reason}")
        return
    rendered = render(archive, inputs["name"], inputs["namespace"], inputs.get("values") or {})
    skipped = bool(inputs.get("skipAwait"))
    install(deployment.cluster.api, archive, rendered, await_workloads=not skipped, seconds=AWAIT_SECONDS)


def chart_of(inputs: Mapping[str, Any]) -> Chart:
    """The chart that a release installs."""
    name, repository = str(inputs["chart"]), inputs.get("repositoryOpts", {}).get("repo", "")
    if name.startswith("oci://"):
        name, repository = name.rpartition("/")[2], name
    return Chart(name, repository, inputs["version"])


def _define(deployment: Deployment, item: Object) -> None:
    """A definition that takes anything, for a kind whose own definition cannot be had here."""
    group, _, version = item["apiVersion"].partition("/")
    kind, scope = item["kind"], "Namespaced" if item["metadata"].get("namespace") else "Cluster"
    plural = kind.lower() + "s"
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    known = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
    definition: Object = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "scope": scope,
            "versions": [{**known, "subresources": {"status": {}}}],
        },
    }
    api = deployment.cluster.api
    api.apply(definition)
    wait_until(f"{kind} is known", lambda: _is_served(deployment, item))
    deployment.notes.append(f"{kind} ({group}) has no definition here: its fields are not checked")


def _is_served(deployment: Deployment, item: Object) -> bool:
    try:
        deployment.cluster.api.list(item["apiVersion"], item["kind"])
    except Refused:
        return False
    return True
