"""PostgreSQL for every product's metadata: one CloudNativePG cluster, a database and a login per product.

One cluster and not one per product: the supporting namespaces have 1 to 2 GiB for all of them, and one instance, one
standby, one archive and one restore are what a small team can look after. A product's login owns its databases only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..databases import LAKE_OPS, Role, roles
from ..labels import labels, top_level
from ..object_store_access import BACKUP
from ..rows import PostgresBudget
from ..secrets import Credential, CredentialArgs, SecretRef
from ..settings import PostgresSettings
from ..site import Site
from ..versions import POSTGRES_IMAGE

PORT = 5432
PLUGIN = "barman-cloud.cloudnative-pg.io"
CNPG, BARMAN = "postgresql.cnpg.io/v1", "barmancloud.cnpg.io/v1"
TIMEOUT = pulumi.CustomTimeouts(create="15m", update="15m")
# What a restored cluster calls the one whose archive it reads.
BEFORE = "before"
# Every night, before the pipeline: six fields, the first of them seconds.
BACKUP_SCHEDULE = "0 0 1 * * *"


@dataclass(frozen=True, kw_only=True)
class Backup:
    """Where WAL and base backups go, and who may write there."""

    endpoint: str
    region: str
    keys: SecretRef
    retention_days: int


@dataclass(frozen=True, kw_only=True)
class PostgresArgs:
    """`readers` names, per quota, its namespace; `products` are the quotas of this stack.

    `settings` say which archive a cluster starts from that does not exist yet; one that does takes no notice.
    """

    site: Site
    sizing: PostgresBudget
    products: Collection[str]
    readers: Mapping[str, str]
    backup: Backup | None
    settings: PostgresSettings


@dataclass(frozen=True)
class Login:
    """How a product reaches its database: the secret has `username` and `password`."""

    host: str
    port: int
    username: str
    secret: SecretRef
    password: pulumi.Output[str]

    def url(self, database: str, *, driver: str) -> pulumi.Output[str]:
        """The address of a database, with the password, which has no character that a URL would not take."""
        place = f"@{self.host}:{self.port}/{database}?sslmode=require"
        return pulumi.Output.secret(pulumi.Output.concat(f"{driver}://{self.username}:", self.password, place))


class Postgres(pulumi.ComponentResource):
    """The cluster; `logins` are by name of role."""

    logins: dict[str, Login]

    def __init__(self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Postgres", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        space = args.sizing.namespace
        wanted = roles(args.products)
        host = f"{name}-rw.{space}.svc.cluster.local"
        credentials = {role.name: _credential(role, args, child) for role in wanted}
        self.logins = {
            role: Login(host, PORT, role, credential.ref, credential.value) for role, credential in credentials.items()
        }
        before: list[pulumi.Resource] = list(credentials.values())
        if args.backup is not None:
            archive = _Custom(api_version=BARMAN, kind="ObjectStore", name=name, spec=store_spec(args, args.backup))
            before.append(archive.create(args, child))
        cluster = _Custom(
            api_version=CNPG, kind="Cluster", name=name, spec=cluster_spec(name, args, wanted), ready="condition=Ready"
        ).create(
            args,
            pulumi.ResourceOptions(
                parent=self, depends_on=before, protect=args.site.protect_data, custom_timeouts=TIMEOUT
            ),
        )
        after = pulumi.ResourceOptions(parent=self, depends_on=[cluster], custom_timeouts=TIMEOUT)
        for database, owner in ((d, role.name) for role in wanted for d in role.databases if d != LAKE_OPS):
            _Custom(
                api_version=CNPG,
                kind="Database",
                name=f"{name}-{database.replace('_', '-')}",
                spec=database_spec(name, database, owner),
                ready="jsonpath={.status.applied}=true",
            ).create(args, after)
        if args.backup is not None:
            _Custom(api_version=CNPG, kind="ScheduledBackup", name=name, spec=schedule_spec(name)).create(args, after)
        self.register_outputs({"host": host})


def _credential(role: Role, args: PostgresArgs, opts: pulumi.ResourceOptions) -> Credential:
    readers = {args.readers[quota] for quota in role.quotas if quota in args.readers}
    return Credential(
        role.secret_name,
        CredentialArgs(
            site=args.site,
            product="postgres",
            namespaces=sorted({args.sizing.namespace, *readers}),
            fixed={"username": role.name},
            generated=["password"],
            type="kubernetes.io/basic-auth",
            # The operator sets a role's password again when its secret changes.
            labels={"cnpg.io/reload": "true"},
        ),
        opts,
    )


@dataclass(frozen=True, kw_only=True)
class _Custom:
    """An object of one of the operators. `ready` is what Pulumi waits for, as the provider's annotation says it."""

    api_version: str
    kind: str
    name: str
    spec: Mapping[str, Any]
    ready: str | None = None

    def create(self, args: PostgresArgs, opts: pulumi.ResourceOptions) -> k8s.apiextensions.CustomResource:
        metadata: dict[str, Any] = {
            "name": self.name,
            "namespace": args.sizing.namespace,
            "labels": top_level("postgres", self.kind.lower(), args.site.profile),
        }
        if self.ready:
            metadata["labels"] = labels("postgres", self.kind.lower())
            metadata["annotations"] = {"pulumi.com/waitFor": self.ready}
        return k8s.apiextensions.CustomResource(
            f"{self.name}-{self.kind.lower()}",
            api_version=self.api_version,
            kind=self.kind,
            metadata=metadata,
            spec=dict(self.spec),
            opts=opts,
        )


def cluster_spec(name: str, args: PostgresArgs, wanted: tuple[Role, ...]) -> dict[str, Any]:
    """One primary, and standbys that take over; memory settings follow from the instance's size."""
    size = args.sizing
    owner = next(role for role in wanted if role.name == LAKE_OPS)
    spec: dict[str, Any] = {
        "instances": size.instance.replicas,
        "imageName": args.site.image(POSTGRES_IMAGE),
        # With one instance a budget would stop the drain of its node for ever.
        "enablePDB": size.instance.replicas > 1,
        "enableSuperuserAccess": False,
        "inheritedMetadata": {"labels": labels("postgres", "server")},
        "storage": {"size": str(size.instance.volume), "storageClass": args.site.storage_class},
        "resources": size.instance.resources(),
        "affinity": {
            "enablePodAntiAffinity": True,
            "podAntiAffinityType": "preferred",
            "topologyKey": "kubernetes.io/hostname",
        },
        "postgresql": {
            "parameters": {
                "max_connections": str(size.max_connections),
                "shared_buffers": size.shared_buffers.megabytes(),
                "effective_cache_size": size.instance.memory.share(60).megabytes(),
            }
        },
        "bootstrap": bootstrap(owner, args.settings),
        "managed": {"roles": [role_spec(role, size.connections) for role in wanted]},
    }
    if args.backup is not None:
        generation = args.settings.generation
        spec["plugins"] = [{**archive(name, generation), "isWALArchiver": True}]
        if generation > 1:
            spec["externalClusters"] = [{"name": BEFORE, "plugin": archive(name, generation - 1)}]
    return spec


def bootstrap(owner: Role, settings: PostgresSettings) -> dict[str, Any]:
    """An empty database, or all databases as the cluster before this one archived them."""
    first = {"database": LAKE_OPS, "owner": owner.name, "secret": {"name": owner.secret_name}}
    if settings.generation == 1:
        return {"initdb": first}
    recovery: dict[str, Any] = {**first, "source": BEFORE}
    if settings.target_time is not None:
        # PostgreSQL would read a time without a zone as its own.
        recovery["recoveryTarget"] = {"targetTime": f"{settings.target_time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    return {"recovery": recovery}


def archive(name: str, generation: int) -> dict[str, Any]:
    """One generation's place below the backup's path: a cluster never archives over what it was restored from."""
    server = name if generation == 1 else f"{name}-{generation}"
    return {"name": PLUGIN, "parameters": {"barmanObjectName": name, "serverName": server}}


def role_spec(role: Role, connections: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": role.name,
        "ensure": "present",
        "login": True,
        "inherit": True,
        "connectionLimit": connections[role.name],
        "inRoles": list(role.member_of),
        "passwordSecret": {"name": role.secret_name},
    }


def database_spec(cluster: str, database: str, owner: str) -> dict[str, Any]:
    """The database outlives its product: on the way back to the other profile it is found again."""
    return {
        "name": database,
        "owner": owner,
        "ensure": "present",
        "databaseReclaimPolicy": "retain",
        "cluster": {"name": cluster},
    }


def store_spec(args: PostgresArgs, backup: Backup) -> dict[str, Any]:
    keys = backup.keys.name
    return {
        "retentionPolicy": f"{backup.retention_days}d",
        "configuration": {
            "destinationPath": f"s3://{BACKUP}/postgres/",
            "endpointURL": backup.endpoint,
            "s3Credentials": {
                "accessKeyId": {"name": keys, "key": "access-key"},
                "secretAccessKey": {"name": keys, "key": "secret-key"},
            },
            "wal": {"compression": "gzip", "maxParallel": 2},
            "data": {"compression": "gzip", "jobs": 1},
        },
        "instanceSidecarConfiguration": {
            "resources": args.sizing.backup.resources(),
            "env": [{"name": "AWS_DEFAULT_REGION", "value": backup.region}],
        },
    }


def schedule_spec(cluster: str) -> dict[str, Any]:
    return {
        "schedule": BACKUP_SCHEDULE,
        "immediate": True,
        "backupOwnerReference": "cluster",
        "method": "plugin",
        "pluginConfiguration": {"name": PLUGIN},
        "cluster": {"name": cluster},
    }
