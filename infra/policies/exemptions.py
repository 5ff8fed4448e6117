"""What a rule does not hold for, and why. The one list; an entry that excuses nothing fails a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Exemption:
    """`rule` is the function's name; `name` is the object's metadata.name."""

    rule: str
    kind: str
    namespace: str
    name: str
    reason: str

    def covers(self, rule: str, manifest: Mapping[str, Any]) -> bool:
        metadata = manifest.get("metadata") or {}
        found = (rule, manifest.get("kind"), metadata.get("namespace", ""), metadata.get("name"))
        return found == (self.rule, self.kind, self.namespace, self.name)


EXEMPTIONS: tuple[Exemption, ...] = ()


@dataclass(frozen=True)
class ChartExemption:
    """`rule` is the function's name; `names` are objects of the chart's release, none for all of them."""

    rule: str
    chart: str
    reason: str
    names: tuple[str, ...] = ()

    def covers(self, rule: str, chart: str, name: str) -> bool:
        return (rule, chart) == (self.rule, self.chart) and (not self.names or name in self.names)


# Rules about objects of our own: charts label theirs themselves, and the namespace carries our label.
OWN_OBJECTS_ONLY = frozenset({"object_is_part_of_the_platform"})

_WRITES = "the image writes beside its own files, and the chart has no volume for them"
_NO_KEY = "the chart has no key for it"
_NO_TRAFFIC = "it takes no traffic, and a hung one shows in its queue"
_LIMITED = "the chart has no key for it; the containers' limits of ephemeral storage hold it"
_NODE = "it reports on its node; it alone lives in the privileged namespace"

# What third-party charts do differently.
CHART_EXEMPTIONS: tuple[ChartExemption, ...] = (
    ChartExemption("root_file_system_is_read_only", "airbyte", _WRITES),
    ChartExemption("service_is_probed", "airbyte", _NO_KEY, ("airbyte-cron",)),
    ChartExemption("service_is_probed", "cert-manager", _NO_KEY, ("cert-manager", "cert-manager-cainjector")),
    ChartExemption("service_is_probed", "plugin-barman-cloud", _NO_KEY, ("plugin-barman-cloud",)),
    ChartExemption("pod_stays_inside_its_sandbox", "cloudnative-pg", _LIMITED, ("cloudnative-pg",)),
    ChartExemption(
        "container_asks_for_what_it_needs",
        "datahub",
        "the chart's schema demands a CPU limit of its jobs",
        ("datahub-system-update", "datahub-system-update-nonblk"),
    ),
    ChartExemption("root_file_system_is_read_only", "datahub", _WRITES),
    ChartExemption("service_is_probed", "datahub", _NO_KEY, ("datahub-acryl-datahub-actions",)),
    ChartExemption("root_file_system_is_read_only", "kube-prometheus-stack", _WRITES, ("grafana",)),
    ChartExemption("pod_stays_inside_its_sandbox", "kube-prometheus-stack", _LIMITED, ("grafana",)),
    ChartExemption("service_is_probed", "kube-prometheus-stack", "Grafana's sidecars only copy files", ("grafana",)),
    ChartExemption("pod_stays_inside_its_sandbox", "kube-prometheus-stack", _NODE, ("node-exporter",)),
    ChartExemption("root_file_system_is_read_only", "opensearch", _WRITES),
    ChartExemption("pod_stays_inside_its_sandbox", "opensearch", _LIMITED),
    ChartExemption("service_is_probed", "superset", _NO_TRAFFIC, ("superset-celerybeat", "superset-worker")),
)
