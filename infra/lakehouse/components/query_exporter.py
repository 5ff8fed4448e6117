"""query-exporter: figures that only databases have, as metrics. Stateless; the queries are monitoring/exporters/."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..addresses import certificate_mounts, certificate_of, certificate_volumes
from ..budget import Workload
from ..exporters import Exporter
from ..labels import labels, selector
from ..monitoring_rules import MONITORING
from ..pods import CONTAINER_SECURITY, http_probe, pod_security, resources, variables
from ..secrets import SecretRef, pod_annotations
from ..settings import OdooSettings
from ..site import Site
from ..versions import QUERY_EXPORTER_IMAGE

PORT = 9560
CONFIG = "/etc/query-exporter"
SECRET = "query-exporter-addresses"  # noqa: S105 - the name of a Kubernetes secret


@dataclass(frozen=True, kw_only=True)
class QueryExporterArgs:
    """`addresses` are of the exporters' databases, by name; the pod rolls with the generations of `logins`."""

    site: Site
    namespace: str
    sizing: Workload
    exporters: Sequence[Exporter]
    addresses: Mapping[str, pulumi.Output[str]]
    logins: Sequence[SecretRef]
    odoo: OdooSettings


class QueryExporter(pulumi.ComponentResource):
    """The Deployment, its queries and its addresses."""

    addresses: SecretRef

    def __init__(self, name: str, args: QueryExporterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:QueryExporter", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "name": name,
            "namespace": args.namespace,
            "labels": labels(name, "server"),
        }
        self.addresses = SecretRef(SECRET, args.site.generation(SECRET))
        addresses = k8s.core.v1.Secret(
            SECRET,
            metadata={**metadata, "name": SECRET},
            string_data={**certificate_of(args.odoo), **args.addresses},
            opts=child,
        )
        files = {f"{exporter.name}.yaml": text(exporter) for exporter in args.exporters}
        digest = hashlib.sha256("".join(files.values()).encode()).hexdigest()[:10]
        queries = k8s.core.v1.ConfigMap(
            name, metadata={**metadata, "name": f"{name}-{digest}"}, data=files, immutable=True, opts=child
        )
        k8s.apps.v1.Deployment(
            name,
            metadata=metadata,
            spec=deployment_spec(name, f"{name}-{digest}", args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[addresses, queries]),
        )
        self.register_outputs({})


def text(exporter: Exporter) -> str:
    return (MONITORING / "exporters" / f"{exporter.name}.yaml").read_text()


def deployment_spec(name: str, queries: str, args: QueryExporterArgs) -> k8s.apps.v1.DeploymentSpecArgsDict:
    return {
        "replicas": args.sizing.replicas,
        # The quota has no room for a second one during an update.
        "strategy": {"type": "Recreate"},
        "selector": {"match_labels": selector(name, "server")},
        "template": {
            "metadata": {"labels": labels(name, "server"), "annotations": pod_annotations(*args.logins)},
            "spec": {
                "automount_service_account_token": False,
                "security_context": pod_security(),
                "containers": [container(name, args)],
                "volumes": [
                    {"name": "queries", "config_map": {"name": queries}},
                    {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}},
                    *certificate_volumes(args.odoo, SECRET),
                ],
            },
        },
    }


def container(name: str, args: QueryExporterArgs) -> k8s.core.v1.ContainerArgsDict:
    files = [argument for e in args.exporters for argument in ("--config", f"{CONFIG}/{e.name}.yaml")]
    secret = SecretRef(SECRET)
    return {
        "name": name,
        "image": args.site.image(QUERY_EXPORTER_IMAGE),
        "command": [name, "--host", "0.0.0.0", "--port", str(PORT), *files],  # noqa: S104 - the pod's own network
        "env": [
            *variables({"HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}),  # noqa: S108 - an emptyDir
            *(secret.env(exporter.variable, exporter.name) for exporter in args.exporters),
        ],
        "ports": [{"name": "metrics", "container_port": PORT}],
        "resources": resources(args.sizing),
        "security_context": CONTAINER_SECURITY,
        # It answers when its databases do not: that is what it is there to tell.
        "startup_probe": http_probe("/", PORT, period_seconds=5, failures=24),
        "liveness_probe": http_probe("/", PORT, period_seconds=20),
        "readiness_probe": http_probe("/", PORT, period_seconds=10),
        "volume_mounts": [
            {"name": "queries", "mount_path": CONFIG, "read_only": True},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108
            *certificate_mounts(args.odoo),
        ],
    }
