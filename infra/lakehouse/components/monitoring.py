"""Prometheus, Alertmanager and Grafana, with the rules, dashboards and routing of monitoring/ as they stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import yaml

from .. import release
from ..alert_routing import RECEIVER_SECRETS, alertmanager_configuration, receiver_secrets
from ..labels import top_level
from ..monitoring_rules import MONITORING, Links, render_rules
from ..monitoring_values import grafana_url, monitoring_values
from ..rows import MonitoringBudget, NodeBudget
from ..scraping import MONITORING_API, Target, pod_monitor
from ..secrets import Credential, CredentialArgs, SecretRef
from ..settings import Settings
from ..site import Site
from ..versions import KUBE_PROMETHEUS

ADMIN_SECRET = "grafana-admin"  # noqa: S105 - the name of a Kubernetes secret
ROUTING_SECRET = "alertmanager-config"  # noqa: S105 - the name of a Kubernetes secret
FOLDER = "Lakehouse"


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """`parts` are what rule files may require; `receivers` holds each receiver's secret text, by its name."""

    site: Site
    settings: Settings
    sizing: MonitoringBudget
    nodes: NodeBudget | None
    parts: frozenset[str]
    targets: Sequence[Target]
    receivers: Mapping[str, pulumi.Output[str]]


class Monitoring(pulumi.ComponentResource):
    """The release, and what it reads. `addresses` are inside the cluster, or Grafana's name under the domain."""

    admin: SecretRef
    addresses: Mapping[str, str]

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Monitoring", name, {}, opts)
        space = args.sizing.namespace
        self.addresses = {
            "grafana": grafana_url(args.settings),
            "prometheus": f"http://lake-prometheus.{space}.svc.cluster.local:9090",
            "alertmanager": f"http://lake-alertmanager.{space}.svc.cluster.local:9093",
        }
        admin = Credential(
            ADMIN_SECRET,
            CredentialArgs(
                site=args.site,
                product="grafana",
                namespaces=[space],
                fixed={"admin-user": "admin"},
                generated=["admin-password"],
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.admin = admin.ref
        chart = release.install(
            name,
            KUBE_PROMETHEUS,
            namespace=space,
            values=monitoring_values(
                args.settings,
                args.sizing,
                args.nodes,
                admin_secret=ADMIN_SECRET,
                alertmanager_secret=ROUTING_SECRET,
                receiver_secrets=[secret.name for secret in receiver_secrets(args.settings.alerting).values()],
            ),
            site=args.site,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[admin, *_alertmanager_secrets(args, self)]),
        )
        # The release brings the definitions, and the webhook that checks rules.
        after = pulumi.ResourceOptions(parent=self, depends_on=[chart])
        links = Links(args.settings.alerting.runbooks, grafana_url(args.settings))
        for product, groups in render_rules(str(args.site.profile), args.parts, links).items():
            _Custom("PrometheusRule", product, space, groups).create(args.site, after)
        for target in args.targets:
            _Custom("PodMonitor", target.job, target.namespace, pod_monitor(target)).create(args.site, after)
        for path in dashboards(str(args.site.profile), args.parts):
            _dashboard(path, args, pulumi.ResourceOptions(parent=self))
        self.register_outputs(self.addresses)


def dashboards(profile: str, parts: frozenset[str]) -> list[Path]:
    """The profile's dashboards, without those of products that the stack leaves out."""
    absent = {"airbyte", "minio"} - parts
    return [
        path
        for path in sorted((MONITORING / "dashboards" / profile).glob("*.json"))
        if path.stem.removeprefix("lakehouse-") not in absent
    ]


def _alertmanager_secrets(args: MonitoringArgs, parent: Monitoring) -> list[pulumi.Resource]:
    """The routes, and one secret for each receiver that they use."""
    routes = yaml.safe_dump(alertmanager_configuration(args.settings.alerting), sort_keys=False)
    made: list[pulumi.Resource] = [_secret(ROUTING_SECRET, {"alertmanager.yaml": routes}, args, parent)]
    for name, text in args.receivers.items():
        secret = RECEIVER_SECRETS[name]
        made.append(_secret(secret.name, {secret.key: text}, args, parent))
    return made


def _secret(
    name: str, data: Mapping[str, pulumi.Input[str]], args: MonitoringArgs, parent: Monitoring
) -> k8s.core.v1.Secret:
    return k8s.core.v1.Secret(
        name,
        metadata={
            "name": name,
            "namespace": args.sizing.namespace,
            "labels": top_level("alertmanager", "credential", args.site.profile),
        },
        string_data=pulumi.Output.secret(dict(data)),
        opts=pulumi.ResourceOptions(parent=parent),
    )


@dataclass(frozen=True)
class _Custom:
    """An object that the operator reads."""

    kind: str
    name: str
    namespace: str
    spec: Mapping[str, Any]

    def create(self, site: Site, opts: pulumi.ResourceOptions) -> k8s.apiextensions.CustomResource:
        return k8s.apiextensions.CustomResource(
            f"{self.name}-{self.kind.lower()}",
            api_version=MONITORING_API,
            kind=self.kind,
            metadata={
                "name": self.name,
                "namespace": self.namespace,
                "labels": top_level("monitoring", self.kind.lower(), site.profile),
            },
            spec=dict(self.spec),
            opts=opts,
        )


def _dashboard(path: Path, args: MonitoringArgs, opts: pulumi.ResourceOptions) -> None:
    """One file each. Grafana's sidecar follows changes of the object, so its name carries no hash: the removal of a
    former object would take the new one's file away."""
    k8s.core.v1.ConfigMap(
        path.stem,
        metadata={
            "name": path.stem,
            "namespace": args.sizing.namespace,
            "labels": {**top_level("grafana", "dashboard", args.site.profile), "grafana_dashboard": "1"},
            "annotations": {"grafana_folder": FOLDER},
        },
        data={path.name: path.read_text()},
        opts=opts,
    )
