"""Metabase on the copy of gold: its server, and the Job that declares its administrator, database and dashboards.

What it keeps is in PostgreSQL; it has no volume and no identity of the object store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import yaml

from ..databases import GOLD
from ..labels import labels, selector, top_level
from ..pods import CONTAINER_SECURITY, http_probe, pod_security, resources, variables
from ..rows import MetabaseBudget
from ..secrets import Credential, CredentialArgs, SecretRef, pod_annotations
from ..site import Site
from ..versions import METABASE_IMAGE
from .apply_job import FILES, ApplyJob, ApplyJobArgs
from .postgres import Login

PORT, METRICS_PORT = 3000, 9191
DATABASE = "metabase"
ADMIN_SECRET, ENCRYPTION_SECRET = "metabase-admin", "metabase-encryption"
ADMIN_NAME = "admin@lakehouse.example"
PASSWORD_KEY, ENCRYPTION_KEY = "password", "key"
# As the image's start script has them.
JAVA_OPTIONS = "-Dfile.encoding=UTF-8 -XX:+ExitOnOutOfMemoryError --add-opens=java.base/java.nio=ALL-UNNAMED"
HEALTH = "/api/health"
# The image's own user.
RUN_AS = 2000


@dataclass(frozen=True, kw_only=True)
class MetabaseArgs:
    """`database` is the login that owns Metabase's own tables, `gold` the one that reads the copy of gold.

    `public_url` is where browsers find it, if it has a name.
    """

    site: Site
    sizing: MetabaseBudget
    database: Login
    gold: Login
    public_url: str | None


class Metabase(pulumi.ComponentResource):
    """The server with its set-up. `url` is inside the cluster."""

    url: str
    admin: SecretRef
    encryption: SecretRef

    def __init__(self, name: str, args: MetabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Metabase", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        space = args.sizing.namespace
        self.url = f"http://{name}.{space}.svc.cluster.local:{PORT}"
        admin = _credential(ADMIN_SECRET, {"username": ADMIN_NAME}, PASSWORD_KEY, args, child)
        # Passwords of databases are encrypted with it; a new one takes Metabase's own procedure.
        key = _credential(ENCRYPTION_SECRET, {}, ENCRYPTION_KEY, args, child, encrypts=True)
        self.admin, self.encryption = admin.ref, key.ref
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "name": name,
            "namespace": space,
            "labels": top_level(name, "server", args.site.profile),
        }
        k8s.core.v1.Service(
            name,
            metadata=metadata,
            spec={
                "selector": selector(name, "server"),
                "ports": [{"name": "http", "port": PORT, "target_port": PORT}],
            },
            opts=child,
        )
        server = k8s.apps.v1.Deployment(
            name,
            metadata=metadata,
            spec=deployment_spec(name, args, key.ref),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[key], custom_timeouts=pulumi.CustomTimeouts(create="20m", update="20m")
            ),
        )
        ApplyJob(
            f"{name}-apply",
            apply_args(name, args, self),
            pulumi.ResourceOptions(parent=self, depends_on=[server, admin]),
        )
        self.register_outputs({"url": self.url})


def _credential(
    name: str,
    fixed: Mapping[str, str],
    key: str,
    args: MetabaseArgs,
    opts: pulumi.ResourceOptions,
    *,
    encrypts: bool = False,
) -> Credential:
    return Credential(
        name,
        CredentialArgs(
            site=args.site,
            product="metabase",
            namespaces=[args.sizing.namespace],
            fixed=fixed,
            generated=[key],
            encrypts_data=encrypts,
        ),
        opts,
    )


def deployment_spec(name: str, args: MetabaseArgs, key: SecretRef) -> k8s.apps.v1.DeploymentSpecArgsDict:
    return {
        "replicas": args.sizing.server.replicas,
        # Two servers of different versions would migrate the same tables.
        "strategy": {"type": "Recreate"},
        # The first start makes some hundred tables.
        "progress_deadline_seconds": 1200,
        "selector": {"match_labels": selector(name, "server")},
        "template": {
            "metadata": {
                "labels": labels(name, "server"),
                "annotations": pod_annotations(args.database.secret, key),
            },
            "spec": {
                "automount_service_account_token": False,
                "security_context": pod_security(RUN_AS),
                "containers": [container(name, args, key)],
                "volumes": [
                    {"name": "plugins", "empty_dir": {"size_limit": "1Gi"}},
                    {"name": "tmp", "empty_dir": {"size_limit": "2Gi"}},
                ],
            },
        },
    }


def container(name: str, args: MetabaseArgs, key: SecretRef) -> k8s.core.v1.ContainerArgsDict:
    database, secret = args.database, args.database.secret
    plain = {
        "HOME": "/tmp",  # noqa: S108 - an emptyDir
        "JAVA_TOOL_OPTIONS": f"-Xmx{args.sizing.heap.jvm()} {JAVA_OPTIONS}",
        "MB_DB_TYPE": "postgres",
        "MB_DB_HOST": database.host,
        "MB_DB_PORT": str(database.port),
        "MB_DB_DBNAME": DATABASE,
        "MB_JETTY_PORT": str(PORT),
        "MB_PLUGINS_DIR": "/plugins",
        "MB_PROMETHEUS_SERVER_PORT": str(METRICS_PORT),
        "MB_SITE_URL": args.public_url or "",
        # Nothing leaves the cluster, and no sample data comes in.
        "MB_ANON_TRACKING_ENABLED": "false",
        "MB_CHECK_FOR_UPDATES": "false",
        "MB_LOAD_SAMPLE_CONTENT": "false",
    }
    return {
        "name": name,
        "image": args.site.image(METABASE_IMAGE),
        # The image's own start script wants to be root, to take another user's identity.
        "command": ["java", "-jar", "/app/metabase.jar"],
        "env": [
            *variables({variable: value for variable, value in plain.items() if value}),
            secret.env("MB_DB_USER", "username"),
            secret.env("MB_DB_PASS", "password"),
            key.env("MB_ENCRYPTION_SECRET_KEY", ENCRYPTION_KEY),
        ],
        "ports": [
            {"name": "http", "container_port": PORT},
            {"name": "metrics", "container_port": METRICS_PORT},
        ],
        "resources": resources(args.sizing.server),
        "security_context": CONTAINER_SECURITY,
        "startup_probe": http_probe(HEALTH, PORT, period_seconds=10, failures=90),
        "liveness_probe": http_probe(HEALTH, PORT, period_seconds=20),
        "readiness_probe": http_probe(HEALTH, PORT, period_seconds=10),
        "volume_mounts": [
            {"name": "plugins", "mount_path": "/plugins"},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108
        ],
    }


def apply_args(name: str, args: MetabaseArgs, built: Metabase) -> ApplyJobArgs:
    """The Job that `odoo-lake metabase apply` runs in."""
    return ApplyJobArgs(
        site=args.site,
        product=name,
        component="apply",
        namespace=args.sizing.namespace,
        image=args.site.pipelines_image,
        command=["odoo-lake", "metabase", "apply", "--config", f"{FILES}/metabase.yaml"],
        size=args.sizing.apply,
        files={"metabase.yaml": yaml.safe_dump(apply_config(args, built), sort_keys=True)},
        secret_variables={
            "METABASE_ADMIN_PASSWORD": (built.admin, PASSWORD_KEY),
            "GOLD_PASSWORD": (args.gold.secret, "password"),
        },
    )


def apply_config(args: MetabaseArgs, built: Metabase) -> dict[str, Any]:
    """What the apply program reads."""
    return {
        "url": built.url,
        "admin": {"email": ADMIN_NAME, "secret": built.admin.name},
        "database": {
            "host": args.gold.host,
            "port": args.gold.port,
            "database": GOLD,
            "username": args.gold.username,
            "secret": args.gold.secret.name,
        },
        "secretGeneration": args.gold.secret.generation,
    }
