"""Trino's own files, for a coordinator and its workers; catalogs and access rules have modules of their own.

The chart places each of them; the test servers load them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .java_files import Properties, environment
from .object_store_access import EXCHANGE_PREFIX, SILVER
from .trino_catalogs import ACCESS_KEY_VARIABLE, SECRET_KEY_VARIABLE, LakeServices

HTTP_PORT = 8080
HTTPS_PORT = 8443
CONFIG_DIRECTORY = "/etc/trino"
DATA_DIRECTORY = "/data/trino"
SHARED_SECRET_VARIABLE = "TRINO_SHARED_SECRET"  # noqa: S105 - the name of a variable
OIDC_SECRET_VARIABLE = "OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a variable
EVENT_TOKEN_VARIABLE = "QUERY_LOG_TOKEN"  # noqa: S105 - the name of a variable
KEYSTORE_DIRECTORY = "tls"
# As cert-manager names the file that holds key and certificate.
KEYSTORE = f"{KEYSTORE_DIRECTORY}/tls-combined.pem"
AUTHORITY = f"{KEYSTORE_DIRECTORY}/ca.crt"

# Of the heap; Trino's own default, stated since the query memory is derived from what it leaves.
HEADROOM_SHARE = 0.3


@dataclass(frozen=True, kw_only=True)
class TrinoNode:
    """What differs between nodes: sizes in MiB, ports and folders."""

    heap_mib: int
    query_memory_mib: int
    """Of one query on all nodes together."""
    query_memory_per_node_mib: int
    spill_mib: int
    config_directory: str = CONFIG_DIRECTORY
    data_directory: str = DATA_DIRECTORY
    http_port: int = HTTP_PORT
    https_port: int = HTTPS_PORT
    discovery_uri: str = f"http://localhost:{HTTP_PORT}"
    runs_queries: bool = False
    """True for a coordinator without workers."""

    @property
    def headroom_mib(self) -> int:
        return int(self.heap_mib * HEADROOM_SHARE)

    def __post_init__(self) -> None:
        if self.query_memory_per_node_mib + self.headroom_mib > self.heap_mib:
            raise ValueError(
                f"query memory {self.query_memory_per_node_mib} MiB and headroom {self.headroom_mib} MiB exceed the"
                f" heap of {self.heap_mib} MiB: Trino would not start. Lower the query memory or raise the heap."
            )


@dataclass(frozen=True, kw_only=True)
class IdentityProvider:
    """Who vouches for `people`, by OpenID Connect; `user_claim` of its token is their name."""

    issuer: str
    client_id: str
    user_claim: str
    scopes: Sequence[str]
    people: Sequence[str]


def authentication(provider: IdentityProvider | None) -> str:
    """What clients may log in with, tried in this order: products have passwords."""
    return "PASSWORD" if provider is None else "PASSWORD,OAUTH2"


def coordinator_properties(
    node: TrinoNode, provider: IdentityProvider | None = None, *, behind_proxy: bool = False
) -> dict[str, str]:
    """`config.properties` of the coordinator. Clients come by HTTPS; plain HTTP serves nodes that share the secret.

    `behind_proxy` takes a client's address and scheme from the headers of an ingress controller, else they are refused.
    """
    return {
        "coordinator": "true",
        "node-scheduler.include-coordinator": str(node.runs_queries).lower(),
        **_shared_properties(node),
        "http-server.https.enabled": "true",
        "http-server.https.port": str(node.https_port),
        "http-server.https.keystore.path": f"{node.config_directory}/{KEYSTORE}",
        "http-server.authentication.type": authentication(provider),
        **({"web-ui.authentication.type": "FORM"} if provider is None else _provider_properties(provider)),
        "query.max-memory": f"{node.query_memory_mib}MB",
        # A column that is denied to a role is not there for it, so that `select *` works.
        "hide-inaccessible-columns": "true",
        # A query whose worker went away runs again; results wait for its end, the large ones with the exchange manager.
        "retry-policy": "QUERY",
        # The widest mart joins a dozen helpers; the default of 150 is for queries that people write.
        "query.max-stage-count": "300",
        "query.max-execution-time": "2h",
        "query.client.timeout": "5m",
        **({"http-server.process-forwarded": "true"} if behind_proxy else {}),
        "query.min-expire-age": "15m",
    }


def _provider_properties(provider: IdentityProvider) -> dict[str, str]:
    prefix = "http-server.authentication.oauth2"
    # A backslash would be read as an escape of the file.
    names = "|".join(name.replace(".", "[.]") for name in sorted(provider.people))
    return {
        "web-ui.authentication.type": "oauth2",
        f"{prefix}.issuer": provider.issuer,
        f"{prefix}.client-id": provider.client_id,
        f"{prefix}.client-secret": environment(OIDC_SECRET_VARIABLE),
        f"{prefix}.scopes": ",".join(provider.scopes),
        f"{prefix}.principal-field": provider.user_claim,
        # Nobody else: an account of the provider that is named as one of the platform's logins would have its rights.
        f"{prefix}.user-mapping.pattern": f"({names})",
    }


def worker_properties(node: TrinoNode) -> dict[str, str]:
    """`config.properties` of a worker."""
    return {"coordinator": "false", **_shared_properties(node)}


def _shared_properties(node: TrinoNode) -> dict[str, str]:
    return {
        "http-server.http.port": str(node.http_port),
        "discovery.uri": node.discovery_uri,
        "internal-communication.shared-secret": environment(SHARED_SECRET_VARIABLE),
        "query.max-memory-per-node": f"{node.query_memory_per_node_mib}MB",
        "memory.heap-headroom-per-node": f"{node.headroom_mib}MB",
        "spill-enabled": "true",
        "spiller-spill-path": f"{node.data_directory}/spill",
        # What is spilled are rows as they are stored: before any mask, on the node's own disk.
        "spill-encryption-enabled": "true",
        "max-spill-per-node": f"{node.spill_mib}MB",
        "query-max-spill-per-node": f"{node.spill_mib}MB",
        # Timestamps of Odoo are UTC; a client's zone must not change what a cast gives.
        "sql.forced-session-time-zone": "UTC",
        "catalog.management": "static",
    }


def exchange_manager_properties(services: LakeServices) -> dict[str, str]:
    """`exchange-manager.properties`: without it every query whose result is larger than 32 MB fails."""
    return {
        "exchange-manager.name": "filesystem",
        "exchange.base-directories": f"s3://{SILVER}/{EXCHANGE_PREFIX.rstrip('/')}",
        "exchange.s3.endpoint": services.s3_endpoint,
        "exchange.s3.region": services.s3_region,
        "exchange.s3.path-style-access": "true",
        "exchange.s3.aws-access-key": environment(ACCESS_KEY_VARIABLE),
        "exchange.s3.aws-secret-key": environment(SECRET_KEY_VARIABLE),
    }


def node_properties(node: TrinoNode, environment_name: str) -> dict[str, str]:
    """`node.properties`."""
    return {"node.environment": environment_name, "node.data-dir": node.data_directory}


def jvm_options(node: TrinoNode) -> tuple[str, ...]:
    """`jvm.config`, a line each."""
    return (
        "-server",
        f"-Xmx{node.heap_mib}M",
        "-XX:+UseG1GC",
        "-XX:G1HeapRegionSize=32M",
        "-XX:+ExplicitGCInvokesConcurrent",
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:-OmitStackTraceInFastThrow",
        "-XX:ReservedCodeCacheSize=256M",
        "-XX:PerMethodRecompilationCutoff=10000",
        "-XX:PerBytecodeRecompilationCutoff=10000",
        "-Djdk.attach.allowAttachSelf=true",
        "-Djdk.nio.maxCachedBufferSize=2000000",
        "-Dfile.encoding=UTF-8",
        "-XX:+EnableDynamicAgentLoading",
        "-XX:+UnlockDiagnosticVMOptions",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
    )


def authenticator_properties(node: TrinoNode) -> dict[str, str]:
    """`password-authenticator.properties`."""
    return {
        "password-authenticator.name": "file",
        "file.password-file": f"{node.config_directory}/auth/password/password.db",
        "file.refresh-period": "10s",
    }


def group_provider_properties(node: TrinoNode) -> dict[str, str]:
    """`group-provider.properties`."""
    return {
        "group-provider.name": "file",
        "file.group-file": f"{node.config_directory}/auth/group/group.db",
        "file.refresh-period": "10s",
    }


def access_control_properties(node: TrinoNode) -> dict[str, str]:
    """`access-control.properties`."""
    return {
        "access-control.name": "file",
        "security.config-file": f"{node.config_directory}/access-control/rules.json",
        "security.refresh-period": "10s",
    }


def resource_group_properties(node: TrinoNode) -> dict[str, str]:
    """`resource-groups.properties`."""
    return {
        "resource-groups.configuration-manager": "file",
        "resource-groups.config-file": f"{node.config_directory}/resource-groups/resource-groups.json",
    }


@dataclass(frozen=True, kw_only=True)
class EventReceiver:
    """Who keeps the query log. `authority` is the file, on the coordinator, of who signed its certificate."""

    uri: str
    authority: str


def event_listener_properties(receiver: EventReceiver) -> dict[str, str]:
    """`event-listener.properties`: every finished query is told to the receiver.

    It is told after the query, by threads of its own: a receiver that is down slows and fails no query. An event is
    tried for five minutes and then given up.
    """
    return {
        "event-listener.name": "http",
        "http-event-listener.log-created": "false",
        "http-event-listener.log-completed": "true",
        "http-event-listener.log-split": "false",
        "http-event-listener.connect-ingest-uri": receiver.uri,
        "http-event-listener.connect-http-headers": f"Authorization:Bearer {environment(EVENT_TOKEN_VARIABLE)}",
        "http-event-listener.http-client.trust-store-path": receiver.authority,
        # Waits of 1, 2, 4 ... 60 s: 303 s together, which a new pod of the receiver needs far less than.
        "http-event-listener.connect-retry-count": "10",
        "http-event-listener.connect-retry-delay": "1s",
        "http-event-listener.connect-backoff-base": "2",
        "http-event-listener.connect-max-delay": "1m",
    }


def resource_groups(concurrent_queries: int = 12) -> dict[str, Any]:
    """Builds keep a place of their own beside what people and dashboards ask."""
    builds = max(concurrent_queries // 3, 1)

    def group(name: str, memory_percent: int, running: int, queued: int) -> dict[str, Any]:
        return {
            "name": name,
            "softMemoryLimit": f"{memory_percent}%",
            "hardConcurrencyLimit": running,
            "maxQueued": queued,
        }

    return {
        "rootGroups": [
            group("etl", 80, builds, 500),
            group("admin", 20, 2, 20),
            {
                **group("readers", 60, concurrent_queries - builds, 200),
                "subGroups": [group("${USER}", 30, max(concurrent_queries // 4, 1), 50)],
            },
        ],
        "selectors": [
            {"userGroup": "etl", "group": "etl"},
            {"userGroup": "admin", "group": "admin"},
            {"group": "readers.${USER}"},
        ],
    }


def resource_groups_file(concurrent_queries: int = 12) -> str:
    """`resource-groups.json`."""
    return json.dumps(resource_groups(concurrent_queries), indent=2) + "\n"


def merged(*parts: Properties) -> dict[str, str]:
    """Several sets of properties as one; raises ValueError for a key that two of them set."""
    result: dict[str, str] = {}
    for part in parts:
        twice = sorted(result.keys() & part.keys())
        if twice:
            raise ValueError(f"property {twice[0]} is set twice; a property has one owner")
        result |= part
    return result
