"""Airbyte: its release, and the Job that declares source, destination and connection from the contracts.

It creates neither databases nor buckets; both are given by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import yaml

from .. import release
from ..budget import Pod
from ..labels import top_level
from ..object_store_access import AIRBYTE as PLATFORM_BUCKET
from ..object_store_access import BRONZE
from ..rows import AirbyteBudget
from ..secrets import Credential, CredentialArgs, SecretRef
from ..settings import Settings
from ..site import Site
from ..values import chart_values
from ..versions import AIRBYTE
from ..web import public_url
from .apply_job import FILES, ApplyJob, ApplyJobArgs
from .postgres import Login

API_PORT = 8001
DATABASE = "airbyte"
AUTH_SECRET = "airbyte-auth"  # noqa: S105 - the name of a Kubernetes secret
CLIENT_SECRET_NAME = "airbyte-client"  # noqa: S105 - the name of a Kubernetes secret
ODOO_SECRET = "airbyte-odoo"  # noqa: S105 - the name of a Kubernetes secret
ADMIN_PASSWORD, CLIENT_ID, CLIENT_SECRET, JWT_SIGNATURE = (
    f"AB_{name}"
    for name in (
        "INSTANCE_ADMIN_PASSWORD",
        "INSTANCE_ADMIN_CLIENT_ID",
        "INSTANCE_ADMIN_CLIENT_SECRET",
        "JWT_SIGNATURE_SECRET",
    )
)
# A connector's check or discovery is one small container beside no sync; it waits for its turn.
CHECK_WORKERS = 1


@dataclass(frozen=True, kw_only=True)
class AirbyteAccess:
    """Its public API, and the secret with the client's CLIENT_ID and CLIENT_SECRET in every namespace of `client`."""

    api: str
    client: SecretRef


@dataclass(frozen=True, kw_only=True)
class AirbyteArgs:
    """`platform_keys` are of the identity that keeps logs and state, `bronze_keys` of the one that writes bronze.

    `readers` are the namespaces that ask its API.
    """

    site: Site
    settings: Settings
    sizing: AirbyteBudget
    database: Login
    store_endpoint: str
    platform_keys: SecretRef
    bronze_keys: SecretRef
    odoo_password: pulumi.Output[str]
    pipelines_image: str
    readers: Sequence[str] = ()


class Airbyte(pulumi.ComponentResource):
    """Airbyte with its connection. `url` is the API and the web interface inside the cluster."""

    url: str
    auth: SecretRef
    odoo: SecretRef
    access: AirbyteAccess
    client: Credential

    def __init__(self, name: str, args: AirbyteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Airbyte", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        namespace = args.sizing.namespace
        self.url = f"http://{name}-airbyte-server-svc.{namespace}.svc.cluster.local:{API_PORT}"
        # Whoever asks the API must not hold the administrator's password too.
        self.client = Credential(
            CLIENT_SECRET_NAME,
            CredentialArgs(
                site=args.site,
                product=name,
                namespaces=[namespace, *args.readers],
                fixed={CLIENT_ID: "odoo-lake"},
                generated=[CLIENT_SECRET],
            ),
            child,
        )
        credential = Credential(
            AUTH_SECRET,
            CredentialArgs(
                site=args.site,
                product=name,
                namespaces=[namespace],
                fixed=self.client.fixed,
                generated=[ADMIN_PASSWORD, JWT_SIGNATURE],
                borrowed={CLIENT_SECRET: self.client.value},
            ),
            child,
        )
        self.auth = credential.ref
        self.access = AirbyteAccess(api=f"{self.url}/api/public/v1", client=self.client.ref)
        self.odoo = SecretRef(ODOO_SECRET, args.site.generation(ODOO_SECRET))
        odoo = k8s.core.v1.Secret(
            ODOO_SECRET,
            metadata={
                "name": ODOO_SECRET,
                "namespace": namespace,
                "labels": top_level(name, "credential", args.site.profile),
            },
            string_data={"password": args.odoo_password},
            opts=child,
        )
        chart = release.install(
            name,
            AIRBYTE,
            namespace=namespace,
            values=airbyte_values(args, self.auth),
            site=args.site,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[credential, odoo]),
            # Helm would wait for pods that wait for the bootloader.
            skip_await=True,
        )
        ApplyJob(
            f"{name}-apply",
            apply_args(name, args, self),
            pulumi.ResourceOptions(parent=self, depends_on=[chart]),
        )
        self.register_outputs({"url": self.url})


def airbyte_values(args: AirbyteArgs, auth: SecretRef) -> dict[str, Any]:
    """Sizes, addresses and names of secrets."""
    sizing, database = args.sizing, args.database
    computed = {
        "global": {
            "auth": {"secretName": auth.name, "security": {"cookieSecureSetting": args.settings.domain is not None}},
            "database": {
                "secretName": database.secret.name,
                "host": database.host,
                "port": database.port,
                "name": DATABASE,
            },
            "storage": {
                "secretName": args.platform_keys.name,
                "minio": {"endpoint": args.store_endpoint},
                "bucket": dict.fromkeys(
                    ("log", "auditLogging", "state", "workloadOutput", "activityPayload"), PLATFORM_BUCKET
                ),
            },
            "workloads": {"resources": _job_sizes(sizing)},
        },
        "server": _part(sizing.server),
        "worker": {
            **_part(sizing.worker),
            "maxSyncWorkers": sizing.concurrency,
            "maxCheckWorkers": CHECK_WORKERS,
            "maxNotifyWorkers": CHECK_WORKERS,
        },
        "workloadLauncher": _part(sizing.launcher),
        "workloadApiServer": _part(sizing.workload_api),
        "cron": _part(sizing.cron),
        "temporal": _part(sizing.temporal),
        "manifestServer": {"enabled": sizing.manifest.replicas > 0, **_part(sizing.manifest)},
        "airbyteBootloader": _part(sizing.bootloader),
    }
    if (url := public_url("airbyte", args.settings)) is not None:
        computed["global"]["airbyteUrl"] = url
    return chart_values(AIRBYTE, computed)


def apply_args(name: str, args: AirbyteArgs, built: Airbyte) -> ApplyJobArgs:
    """The Job that `odoo-lake airbyte apply` runs in."""
    return ApplyJobArgs(
        site=args.site,
        product=name,
        component="apply",
        namespace=args.sizing.namespace,
        image=args.pipelines_image,
        command=["odoo-lake", "airbyte", "apply", "--config", f"{FILES}/airbyte.yaml"],
        size=args.sizing.apply,
        files={"airbyte.yaml": yaml.safe_dump(apply_config(args, built), sort_keys=True)},
        secret_variables={
            "AIRBYTE_CLIENT_ID": (built.access.client, CLIENT_ID),
            "AIRBYTE_CLIENT_SECRET": (built.access.client, CLIENT_SECRET),
            "ODOO_PASSWORD": (built.odoo, "password"),
            "S3_ACCESS_KEY": (args.bronze_keys, "access-key"),
            "S3_SECRET_KEY": (args.bronze_keys, "secret-key"),
        },
    )


def apply_config(args: AirbyteArgs, built: Airbyte) -> dict[str, Any]:
    """What the apply program reads."""
    odoo, containers = args.settings.odoo, args.sizing.sync.containers
    sync = {part: _size(containers[part]) for part in ("orchestrator", "source", "destination")}
    total = args.sizing.sync.amount
    return {
        "apiUrl": built.access.api,
        "authSecret": built.access.client.name,
        "source": {
            "host": odoo.host,
            "port": odoo.port,
            "database": odoo.database,
            "username": odoo.username,
            "sslMode": odoo.ssl_mode,
            **({"caCertificate": odoo.ca_certificate} if odoo.verifies else {}),
            "replication": str(args.settings.airbyte.replication),
            "secret": built.odoo.name,
        },
        "destination": {
            "bucket": BRONZE,
            "endpoint": args.store_endpoint,
            "region": args.settings.object_store.region,
            "secret": args.bronze_keys.name,
        },
        "connection": {"schedule": args.settings.airbyte.schedule},
        "sync": {
            **sync,
            "headroom": {
                "cpuMillicores": total.cpu.millicores,
                "memoryMib": total.memory.mib,
                "scratchMib": total.scratch.mib,
            },
        },
        "secretGeneration": max(built.odoo.generation, args.bronze_keys.generation),
    }


def _part(size: Pod) -> dict[str, Any]:
    return {"resources": size.resources()}


def _size(pod: Pod) -> dict[str, int]:
    return {"cpuMillicores": pod.cpu.millicores, "memoryMib": pod.memory.mib, "scratchMib": pod.scratch.mib}


def _job_sizes(sizing: AirbyteBudget) -> Mapping[str, Any]:
    """The fallback for what the API is not asked for: checks, discoveries and the orchestrator."""
    containers = sizing.sync.containers
    main = _job(containers["source"])
    return {
        "mainContainer": main,
        "check": main,
        "discover": main,
        "replication": _job(containers["orchestrator"]),
        "sidecar": _job(containers["orchestrator"]),
    }


def _job(pod: Pod) -> dict[str, Any]:
    memory = str(pod.memory)
    return {"cpu": {"request": str(pod.cpu)}, "memory": {"request": memory, "limit": memory}}
