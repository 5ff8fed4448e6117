"""DataHub: its keys and its release, on PostgreSQL, the broker and the index that it is given.

The chart's update Job makes tables, topics and indices before any other pod starts; it creates no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from .. import release
from ..budget import Pod
from ..labels import top_level
from ..quantities import Memory
from ..rows import DataHubBudget
from ..secrets import Credential, CredentialArgs, SecretRef, password, pod_annotations
from ..site import Site
from ..values import chart_values
from ..versions import DATAHUB
from .postgres import Login

GMS_PORT, FRONTEND_PORT = 8080, 9002
DATABASE = "datahub"
ADMINISTRATOR = "datahub"
# Each key of the chart has a secret of its own, so that each is made anew alone; the keys' names are in helm-values.
ENCRYPTION, SYSTEM_CLIENT, TOKEN_SIGNING, TOKEN_SALT, SESSION, USERS = (
    f"datahub-{name}" for name in ("encryption", "system-client", "token-signing", "token-salt", "session", "users")
)
KEYS = {
    ENCRYPTION: "encryption-key",
    SYSTEM_CLIENT: "system-client-secret",
    TOKEN_SIGNING: "token-signing-key",
    TOKEN_SALT: "token-salt",
    SESSION: "gms-secret",
}
# The update Job builds all indices before Helm goes on.
TIMEOUT_SECONDS = 1800


@dataclass(frozen=True, kw_only=True)
class DataHubArgs:
    """`index_host` and `bootstrap` are addresses inside the namespace."""

    site: Site
    sizing: DataHubBudget
    database: Login
    bootstrap: str
    index_host: str
    index_port: int


class DataHub(pulumi.ComponentResource):
    """`url` is the web interface, `gms` the API; `system` has the login of DataHub's own parts, `users` the
    administrator's."""

    url: str
    gms: str
    system: SecretRef
    users: SecretRef

    def __init__(self, name: str, args: DataHubArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:DataHub", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        space = args.sizing.namespace
        keys = {secret: self._key(name, secret, args, child) for secret in KEYS}
        users = self._users(name, args, child)
        self.system, self.users = keys[SYSTEM_CLIENT].ref, SecretRef(USERS, args.site.generation(USERS))
        self.url = f"http://{name}-datahub-frontend.{space}.svc.cluster.local:{FRONTEND_PORT}"
        self.gms = f"http://{name}-datahub-gms.{space}.svc.cluster.local:{GMS_PORT}"
        refs = {**{secret: key.ref for secret, key in keys.items()}, USERS: self.users}
        release.install(
            name,
            DATAHUB,
            namespace=space,
            values=datahub_values(args, refs),
            site=args.site,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*keys.values(), users]),
            timeout_seconds=TIMEOUT_SECONDS,
        )
        self.register_outputs({"url": self.url})

    def _key(self, product: str, secret: str, args: DataHubArgs, opts: pulumi.ResourceOptions) -> Credential:
        return Credential(
            secret,
            CredentialArgs(
                site=args.site,
                product=product,
                namespaces=[args.sizing.namespace],
                fixed={},
                generated=[KEYS[secret]],
                encrypts_data=secret == ENCRYPTION,
            ),
            opts,
        )

    def _users(self, product: str, args: DataHubArgs, opts: pulumi.ResourceOptions) -> k8s.core.v1.Secret:
        """The administrator, as the front end reads it and as a person does."""
        made = password(USERS, args.site, opts)
        return k8s.core.v1.Secret(
            USERS,
            metadata={
                "name": USERS,
                "namespace": args.sizing.namespace,
                "labels": top_level(product, "credential", args.site.profile),
            },
            string_data={
                "user.props": pulumi.Output.concat(f"{ADMINISTRATOR}:", made, "\n"),
                "username": ADMINISTRATOR,
                "password": made,
            },
            opts=opts,
        )


def datahub_values(args: DataHubArgs, keys: Mapping[str, SecretRef]) -> dict[str, Any]:
    """Sizes, addresses and names of secrets; pods roll when a secret of theirs is made anew."""
    sizing = args.sizing
    services = (args.database.secret, keys[SYSTEM_CLIENT])
    computed: dict[str, Any] = {
        "global": _global_values(args, keys),
        "datahub-gms": {
            **_part(sizing.gms, *services, keys[ENCRYPTION], keys[TOKEN_SIGNING], keys[TOKEN_SALT]),
            "extraEnvs": [
                {"name": "JAVA_OPTS", "value": _heap(sizing.gms_heap)},
                # The chart hands it over with ingestion from the web interface only; secrets can be stored without.
                {
                    "name": "SECRET_SERVICE_ENCRYPTION_KEY",
                    "valueFrom": {"secretKeyRef": {"name": keys[ENCRYPTION].name, "key": KEYS[ENCRYPTION]}},
                },
            ],
        },
        "datahub-frontend": {
            **_part(sizing.frontend, keys[SYSTEM_CLIENT], keys[SESSION], keys[USERS]),
            "existingGmsSecret": {"name": keys[SESSION].name},
            "extraVolumes": [{"name": "users", "secret": {"secretName": keys[USERS].name}}],
            # The start script writes JAVA_OPTS itself and takes the heap from this one.
            "extraEnvs": [{"name": "JAVA_MEMORY_OPTS", "value": _heap(sizing.frontend_heap)}],
        },
        "acryl-datahub-actions": _part(sizing.actions, keys[SYSTEM_CLIENT]),
        "datahubSystemUpdate": {
            **_part(sizing.system_update, *services),
            "extraEnvs": [
                # The chart's own key cannot say no.
                {"name": "CREATE_DB", "value": "false"},
                # Read by every JVM, whatever the image starts it with.
                {"name": "JAVA_TOOL_OPTIONS", "value": _heap(sizing.system_update_heap)},
            ],
        },
    }
    # The chart's schema demands a CPU limit of its Jobs: the whole row, which never holds them back.
    computed["datahubSystemUpdate"]["resources"]["limits"]["cpu"] = str(sizing.limit.cpu)
    return chart_values(DATAHUB, computed)


def _global_values(args: DataHubArgs, keys: Mapping[str, SecretRef]) -> dict[str, Any]:
    database = args.database
    address = f"{database.host}:{database.port}"
    return {
        "elasticsearch": {"host": args.index_host, "port": str(args.index_port)},
        "kafka": {"bootstrap": {"server": args.bootstrap}},
        "sql": {
            "datasource": {
                "host": address,
                "hostForpostgresqlClient": database.host,
                "port": str(database.port),
                "url": f"jdbc:postgresql://{address}/{DATABASE}",
                "database": DATABASE,
                "username": database.username,
                "password": {"secretRef": database.secret.name},
            }
        },
        "datahub": {
            "encryptionKey": {"secretRef": keys[ENCRYPTION].name},
            "metadata_service_authentication": {
                "systemClientSecret": {"secretRef": keys[SYSTEM_CLIENT].name},
                "tokenService": {
                    "signingKey": {"secretRef": keys[TOKEN_SIGNING].name},
                    "salt": {"secretRef": keys[TOKEN_SALT].name},
                },
            },
        },
    }


def _part(size: Pod, *secrets: SecretRef) -> dict[str, Any]:
    return {"resources": size.resources(), "podAnnotations": pod_annotations(*secrets)}


def _heap(size: Memory) -> str:
    return f"-Xms{size.jvm()} -Xmx{size.jvm()}"
