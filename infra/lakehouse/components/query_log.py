"""The query log: who asked Trino for what, and who touched which bucket. Both tell a receiver of ours, which adds rows
to the run record.

The receiver has no state and may add rows, no more: a Job makes the tables as the record's owner, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..budget import Job, Workload
from ..databases import LAKE_OPS
from ..flows import OBJECT_LOG_PORT, QUERY_LOG_METRICS_PORT, QUERY_LOG_PORT
from ..labels import labels, selector
from ..pods import CONTAINER_SECURITY, http_probe, pod_security, resources, variables
from ..secrets import Credential, CredentialArgs, SecretRef, pod_annotations
from ..site import Site
from ..trino_values import TOKEN_KEY
from .apply_job import ApplyJob, ApplyJobArgs
from .authority import COMBINED_PEM, certificate, server_spec
from .postgres import Login

TOKEN_SECRET = "query-log-token"  # noqa: S105 - the name of a Kubernetes secret
TLS_SECRET = "query-log-tls"  # noqa: S105 - the name of a Kubernetes secret
TLS_FOLDER = "/etc/lakehouse/tls"
DRIVER = "postgresql+psycopg"


@dataclass(frozen=True, kw_only=True)
class QueryLogArgs:
    """`senders` are the namespaces of who tells; `owner` and `writer` are logins of the run record.

    `object_token` is what our own object store shows; None where the store is the user's.
    """

    site: Site
    namespace: str
    sizing: Workload
    tables_namespace: str
    tables_sizing: Job
    senders: Sequence[str]
    owner: Login
    writer: Login
    object_token: SecretRef | None


class QueryLog(pulumi.ComponentResource):
    """The receiver behind its service. `uri` and `token` are what a sender needs."""

    uri: str
    token: SecretRef

    def __init__(self, name: str, args: QueryLogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:QueryLog", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        space, site = args.namespace, args.site
        host = f"{name}.{space}.svc.cluster.local"
        self.uri = f"https://{host}:{QUERY_LOG_PORT}/"
        token = Credential(
            TOKEN_SECRET,
            CredentialArgs(
                site=site,
                product=name,
                namespaces=sorted({space, *args.senders}),
                fixed={},
                generated=[TOKEN_KEY],
            ),
            child,
        )
        self.token = token.ref
        tls = certificate(TLS_SECRET, space, server_spec(TLS_SECRET, [host, f"{name}.{space}.svc"]), site, child)
        tables = ApplyJob(f"{name}-tables", tables_args(args), child)
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "name": name,
            "namespace": space,
            "labels": labels(name, "server"),
        }
        k8s.core.v1.Service(
            name,
            metadata=metadata,
            spec={
                "selector": selector(name, "server"),
                "ports": [
                    {"name": port_name, "port": port, "target_port": port} for port_name, port in event_ports(args)
                ],
            },
            opts=child,
        )
        k8s.apps.v1.Deployment(
            name,
            metadata=metadata,
            spec=deployment_spec(name, args, self.token),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[token, tls, tables]),
        )
        self.register_outputs({"uri": self.uri})


def event_ports(args: QueryLogArgs) -> list[tuple[str, int]]:
    """Where events come in, by name."""
    return [("events", QUERY_LOG_PORT), *([("objects", OBJECT_LOG_PORT)] if args.object_token else [])]


def _address(login: Login) -> str:
    """Without the password, which libpq takes from PGPASSWORD."""
    return f"{DRIVER}://{login.username}@{login.host}:{login.port}/{LAKE_OPS}?sslmode=require"


def _variables(login: Login) -> dict[str, str]:
    return {"ODOO_LAKE_ROOT": "s3://odoo-lake", "ODOO_LAKE_OPS": _address(login)}


def tables_args(args: QueryLogArgs) -> ApplyJobArgs:
    """The Job runs where the owner's password is, and nowhere near who is talked to by Trino."""
    return ApplyJobArgs(
        site=args.site,
        product="postgres",
        component="query-log-tables",
        namespace=args.tables_namespace,
        image=args.site.pipelines_image,
        command=["odoo-lake", "query-log-tables", f"--writer={args.writer.username}"],
        size=args.tables_sizing,
        variables=_variables(args.owner),
        secret_variables={"PGPASSWORD": (args.owner.secret, "password")},
    )


def deployment_spec(name: str, args: QueryLogArgs, token: SecretRef) -> k8s.apps.v1.DeploymentSpecArgsDict:
    return {
        "replicas": args.sizing.replicas,
        # The quota has no room for a second one; Trino sends what it could not tell again for five minutes.
        "strategy": {"type": "Recreate"},
        "selector": {"match_labels": selector(name, "server")},
        "template": {
            "metadata": {
                "labels": labels(name, "server"),
                "annotations": pod_annotations(args.writer.secret, token, *filter(None, [args.object_token])),
            },
            "spec": {
                "automount_service_account_token": False,
                "security_context": pod_security(),
                "containers": [container(name, args, token)],
                "volumes": [
                    {"name": "tls", "secret": {"secret_name": TLS_SECRET}},
                    {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}},
                ],
            },
        },
    }


def container(name: str, args: QueryLogArgs, token: SecretRef) -> k8s.core.v1.ContainerArgsDict:
    return {
        "name": name,
        "image": args.site.pipelines_image,
        "command": [
            *("odoo-lake", "query-log", "--host=0.0.0.0", f"--port={QUERY_LOG_PORT}"),
            *(f"--metrics-port={QUERY_LOG_METRICS_PORT}", f"--certificate={TLS_FOLDER}/{COMBINED_PEM}"),
            *([f"--objects-port={OBJECT_LOG_PORT}"] if args.object_token else []),
        ],
        "env": [
            *variables({"HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1", **_variables(args.writer)}),  # noqa: S108
            args.writer.secret.env("PGPASSWORD", "password"),
            token.env("ODOO_LAKE_QUERY_LOG_TOKEN", TOKEN_KEY),
            *([args.object_token.env("ODOO_LAKE_OBJECT_LOG_TOKEN", TOKEN_KEY)] if args.object_token else []),
        ],
        "ports": [
            {"name": port_name, "container_port": port}
            for port_name, port in [*event_ports(args), ("metrics", QUERY_LOG_METRICS_PORT)]
        ],
        "resources": resources(args.sizing),
        "security_context": CONTAINER_SECURITY,
        # It answers when the database does not: Trino is told to try again, and that is counted.
        "startup_probe": http_probe("/health", QUERY_LOG_METRICS_PORT, period_seconds=5, failures=24),
        "liveness_probe": http_probe("/health", QUERY_LOG_METRICS_PORT, period_seconds=20),
        "readiness_probe": http_probe("/health", QUERY_LOG_METRICS_PORT, period_seconds=10),
        "volume_mounts": [
            {"name": "tls", "mount_path": TLS_FOLDER, "read_only": True},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - an emptyDir
        ],
    }
