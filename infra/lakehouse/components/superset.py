"""Superset: web, workers and beat on PostgreSQL and Valkey, with Trino as its one database of figures.

It makes neither database nor cache; both are given by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import yaml

from .. import release
from ..labels import top_level
from ..rows import SupersetBudget
from ..secrets import Credential, CredentialArgs, SecretRef, pod_annotations
from ..site import Site
from ..trino_catalogs import LAKE
from ..trino_clients import AUTHORITY_KEY, DASHBOARDS, TrinoAccess
from ..values import chart_values, image_values
from ..versions import SUPERSET
from .postgres import Login
from .valkey import PASSWORD_KEY

PORT = 8088
DATABASE = "superset"
HOSTS_SECRET = "superset-hosts"  # noqa: S105 - the name of a Kubernetes secret
KEY_SECRET = "superset-key"  # noqa: S105 - the name of a Kubernetes secret
ADMIN_SECRET = "superset-admin"  # noqa: S105 - the name of a Kubernetes secret
KEY = "SUPERSET_SECRET_KEY"
CATALOG_SECRET = "superset-catalog"  # noqa: S105 - the name of a Kubernetes secret
CATALOG = {"username": "datahub"}
# What Superset shows as the name of Trino.
SHOWN_DATABASE = "Lakehouse"
ADMIN = {"username": "admin", "email": "admin@lakehouse.invalid"}
AUTHORITY, AUTHORITY_FOLDER = "trino-authority", "/etc/lakehouse/trino"


@dataclass(frozen=True, kw_only=True)
class SupersetArgs:
    """`cache` is the secret with Valkey's password; in `catalog_namespace` the data catalogue reads its own login."""

    site: Site
    sizing: SupersetBudget
    database: Login
    cache_host: str
    cache_port: int
    cache: SecretRef
    trino: TrinoAccess
    catalog_namespace: str


class Superset(pulumi.ComponentResource):
    """The release. `url` is inside the cluster, `admin` the secret of its first user, `catalog` the catalogue's."""

    url: str
    admin: SecretRef
    catalog: SecretRef

    def __init__(self, name: str, args: SupersetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Superset", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        space = args.sizing.namespace
        self.url = f"http://{name}.{space}.svc.cluster.local:{PORT}"
        hosts = k8s.core.v1.Secret(
            HOSTS_SECRET,
            metadata={
                "name": HOSTS_SECRET,
                "namespace": space,
                "labels": top_level(name, "configuration", args.site.profile),
            },
            string_data=hosts_of(args),
            opts=child,
        )
        key = _credential(KEY_SECRET, args, {}, [KEY], child, encrypts_data=True)
        admin = _credential(ADMIN_SECRET, args, ADMIN, ["password"], child)
        catalog = _credential(
            CATALOG_SECRET, args, CATALOG, ["password"], child, namespaces=(space, args.catalog_namespace)
        )
        self.admin, self.catalog = admin.ref, catalog.ref
        release.install(
            name,
            SUPERSET,
            namespace=space,
            values=superset_values(args, key.ref, admin.ref, catalog.ref),
            site=args.site,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[hosts, key, admin, catalog]),
        )
        self.register_outputs({"url": self.url})


def _credential(
    name: str,
    args: SupersetArgs,
    fixed: dict[str, str],
    generated: list[str],
    opts: pulumi.ResourceOptions,
    *,
    encrypts_data: bool = False,
    namespaces: tuple[str, ...] = (),
) -> Credential:
    return Credential(
        name,
        CredentialArgs(
            site=args.site,
            product="superset",
            namespaces=namespaces or (args.sizing.namespace,),
            fixed=fixed,
            generated=generated,
            encrypts_data=encrypts_data,
        ),
        opts,
    )


def hosts_of(args: SupersetArgs) -> dict[str, str]:
    """What the chart reads from a secret although it is none."""
    return {
        "DB_HOST": args.database.host,
        "DB_PORT": str(args.database.port),
        "DB_NAME": DATABASE,
        "REDIS_HOST": args.cache_host,
        "REDIS_PORT": str(args.cache_port),
        "REDIS_PROTO": "redis",
    }


def superset_values(args: SupersetArgs, key: SecretRef, admin: SecretRef, catalog: SecretRef) -> dict[str, Any]:
    """Sizes, names of secrets, and Trino without its password."""
    sizing, login = args.sizing, args.trino.logins[DASHBOARDS]
    used = (args.database.secret, args.cache, login, key, admin, catalog)
    annotations = {"podAnnotations": pod_annotations(*used)}
    workers = (
        "exec celery --app=superset.tasks.celery_app:app worker --pool=prefork -O fair "
        f"--concurrency={sizing.worker_processes}"
    )
    return chart_values(
        SUPERSET,
        {
            "image": image_values(args.site.superset_image or ""),
            "envFromSecret": HOSTS_SECRET,
            "extraEnv": {
                "SERVER_WORKER_AMOUNT": str(sizing.web_processes),
                "TRINO_CA": f"{AUTHORITY_FOLDER}/{AUTHORITY_KEY}",
            },
            "extraEnvRaw": [
                _secret("DB_USER", args.database.secret, "username"),
                _secret("DB_PASS", args.database.secret, "password"),
                _secret("REDIS_PASSWORD", args.cache, PASSWORD_KEY),
                _secret("TRINO_PASSWORD", login, "password"),
                _secret(KEY, key, KEY),
                _secret("ADMIN_USERNAME", admin, "username"),
                _secret("ADMIN_EMAIL", admin, "email"),
                _secret("ADMIN_PASSWORD", admin, "password"),
                _secret("CATALOG_USERNAME", catalog, "username"),
                _secret("CATALOG_PASSWORD", catalog, "password"),
            ],
            "extraConfigs": {"import_datasources.yaml": yaml.safe_dump(databases(args.trino), sort_keys=True)},
            "extraVolumes": [
                # One list for all pods: the containers' limits of ephemeral storage hold the smaller ones.
                {"name": "scratch", "emptyDir": {"sizeLimit": str(sizing.web.scratch)}},
                {
                    "name": AUTHORITY,
                    "secret": {
                        "secretName": args.trino.authority.name,
                        "items": [{"key": AUTHORITY_KEY, "path": AUTHORITY_KEY}],
                    },
                },
            ],
            # Where Superset writes under a read-only root, and whom it trusts.
            "extraVolumeMounts": [
                {"name": "scratch", "mountPath": "/tmp", "subPath": "tmp"},  # noqa: S108 - an emptyDir
                {"name": "scratch", "mountPath": "/app/superset_home", "subPath": "home"},
                {"name": AUTHORITY, "mountPath": AUTHORITY_FOLDER, "readOnly": True},
            ],
            "supersetNode": {
                "replicas": {"replicaCount": sizing.web.replicas},
                "resources": sizing.web.resources(),
                **annotations,
            },
            "supersetWorker": {
                "replicas": {"replicaCount": sizing.worker.replicas},
                "resources": sizing.worker.resources(),
                # By itself it starts a process for each core of its node.
                "command": ["/bin/sh", "-c", workers],
                **annotations,
            },
            "supersetCeleryBeat": {"resources": sizing.beat.resources(), **annotations},
            "init": {"resources": sizing.init.resources(), **annotations},
        },
    )


def databases(trino: TrinoAccess) -> dict[str, Any]:
    """Trino as Superset imports it. Its password is added to each connection, from the environment."""
    return {
        "databases": [
            {
                "database_name": SHOWN_DATABASE,
                "sqlalchemy_uri": f"trino://{DASHBOARDS}@{trino.host}:{trino.port}/{LAKE}",
                "expose_in_sqllab": True,
                "allow_run_async": True,
            }
        ]
    }


def _secret(name: str, secret: SecretRef, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret.name, "key": key}}}
