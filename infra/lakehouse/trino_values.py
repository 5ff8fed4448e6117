"""What the program adds to helm-values/trino.yaml: each of Trino's files at the key under which the chart places it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .java_files import Properties, properties_file
from .quantities import Memory
from .rows import TrinoBudget
from .secrets import SecretRef, pod_annotations
from .settings import TableFormat
from .trino_catalogs import (
    ACCESS_KEY_VARIABLE,
    BRONZE,
    LAKE,
    SECRET_KEY_VARIABLE,
    LakeServices,
    bronze_catalog,
    lake_catalog,
)
from .trino_config import (
    AUTHORITY,
    CONFIG_DIRECTORY,
    DATA_DIRECTORY,
    EVENT_TOKEN_VARIABLE,
    HEADROOM_SHARE,
    KEYSTORE_DIRECTORY,
    OIDC_SECRET_VARIABLE,
    SHARED_SECRET_VARIABLE,
    EventReceiver,
    IdentityProvider,
    TrinoNode,
    authentication,
    coordinator_properties,
    event_listener_properties,
    exchange_manager_properties,
    resource_groups_file,
    worker_properties,
)

AUTH_SECRET = "trino-passwords"  # noqa: S105 - the name of a Kubernetes secret
INTERNAL_SECRET = "trino-internal"  # noqa: S105
OIDC_SECRET, OIDC_SECRET_KEY = "trino-oidc", "client-secret"
TLS_SECRET = "trino-tls"  # noqa: S105
TOKEN_KEY = "token"  # noqa: S105 - the name of a key
# Properties that the chart or helm-values/trino.yaml writes, from the keys that are set below.
CHART_PROPERTIES = frozenset(
    {
        "coordinator",
        "node-scheduler.include-coordinator",
        "http-server.http.port",
        "http-server.https.enabled",
        "http-server.https.port",
        "http-server.https.keystore.path",
        "http-server.authentication.type",
        "internal-communication.shared-secret",
        "query.max-memory",
        "query.max-memory-per-node",
        "memory.heap-headroom-per-node",
        "discovery.uri",
    }
)


@dataclass(frozen=True, kw_only=True)
class TrinoRelease:
    """What the chart's values follow from, beside the sizes."""

    image_tag: str
    services: LakeServices
    table_format: TableFormat
    rules: Mapping[str, Any]
    internal: SecretRef
    """What the nodes trust one another by."""
    store_keys: SecretRef
    event_receiver: str
    """Where finished queries are told; its certificate is of the authority that signed the server's own."""
    event_token: SecretRef
    provider: IdentityProvider | None = None
    provider_secret: SecretRef | None = None
    """The client secret that the provider knows Trino by."""
    behind_proxy: bool = False
    """Whether an ingress controller forwards requests."""


def trino_nodes(sizing: TrinoBudget) -> tuple[TrinoNode, TrinoNode]:
    """Coordinator and worker in the sizes of the row."""
    alone = sizing.worker.replicas == 0

    def node(heap: Memory, scratch: Memory, *, runs_queries: bool) -> TrinoNode:
        return TrinoNode(
            heap_mib=heap.mib,
            query_memory_mib=sizing.query_memory.mib,
            query_memory_per_node_mib=sizing.query_memory_per_node.mib,
            # Half of the disk: the rest is for the server's own data and temporary files.
            spill_mib=scratch.mib // 2,
            runs_queries=runs_queries,
        )

    return (
        node(sizing.coordinator_heap, sizing.coordinator.scratch, runs_queries=alone),
        node(sizing.worker_heap, sizing.worker.scratch, runs_queries=False),
    )


def trino_values(release: TrinoRelease, sizing: TrinoBudget) -> dict[str, Any]:
    """The chart's values; none of them is secret."""
    coordinator, worker = trino_nodes(sizing)
    exchange = exchange_manager_properties(release.services)
    # The chart rolls its pods when a file of theirs changes, but not when a secret does.
    secrets = [release.internal, release.store_keys, release.event_token]
    login = [release.provider_secret] if release.provider_secret is not None else []
    annotations = pod_annotations(*secrets)
    listener = event_listener_properties(
        EventReceiver(uri=release.event_receiver, authority=f"{CONFIG_DIRECTORY}/{AUTHORITY}")
    )
    return {
        "image": {"tag": release.image_tag},
        "server": {
            "workers": sizing.worker.replicas,
            "node": {"dataDir": DATA_DIRECTORY},
            "config": {
                "query": {"maxMemory": f"{coordinator.query_memory_mib}MB"},
                "authenticationType": authentication(release.provider),
            },
            "coordinatorExtraConfig": _extra(
                coordinator_properties(coordinator, release.provider, behind_proxy=release.behind_proxy)
            ),
            "workerExtraConfig": _extra(worker_properties(worker)),
            "exchangeManager": {
                "name": exchange.pop("exchange-manager.name"),
                "baseDir": [exchange.pop("exchange.base-directories")],
            },
        },
        "additionalExchangeManagerProperties": properties_file(exchange).splitlines(),
        "catalogs": {
            BRONZE: properties_file(bronze_catalog(release.services)),
            LAKE: properties_file(lake_catalog(release.services, release.table_format)),
        },
        "coordinator": {
            **_node(coordinator, sizing.coordinator),
            "annotations": pod_annotations(*secrets, *login),
            "secretMounts": [
                {"name": "tls", "secretName": TLS_SECRET, "path": f"{CONFIG_DIRECTORY}/{KEYSTORE_DIRECTORY}"}
            ],
        },
        "worker": {**_node(worker, sizing.worker), "annotations": annotations},
        "auth": {"passwordAuthSecret": AUTH_SECRET, "groupsAuthSecret": AUTH_SECRET, "refreshPeriod": "10s"},
        "accessControl": {"rules": {"rules.json": json.dumps(release.rules, indent=1)}},
        "resourceGroups": {"type": "configmap", "resourceGroupsConfig": resource_groups_file()},
        "env": [
            _from_secret(SHARED_SECRET_VARIABLE, release.internal, SHARED_SECRET_VARIABLE),
            _from_secret(ACCESS_KEY_VARIABLE, release.store_keys, "access-key"),
            _from_secret(SECRET_KEY_VARIABLE, release.store_keys, "secret-key"),
            _from_secret(EVENT_TOKEN_VARIABLE, release.event_token, TOKEN_KEY),
            *(_from_secret(OIDC_SECRET_VARIABLE, secret, OIDC_SECRET_KEY) for secret in login),
        ],
        "eventListenerProperties": properties_file(listener).splitlines(),
    }


def _from_secret(variable: str, secret: SecretRef, key: str) -> dict[str, Any]:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret.name, "key": key}}}


def _extra(properties: Properties) -> str:
    return properties_file({key: value for key, value in properties.items() if key not in CHART_PROPERTIES})


def _node(node: TrinoNode, size: Any) -> dict[str, Any]:
    return {
        "jvm": {"maxHeapSize": f"{node.heap_mib}M"},
        "config": {
            "query": {"maxMemoryPerNode": f"{node.query_memory_per_node_mib}MB"},
            "memory": {"heapHeadroomPerNode": f"{int(node.heap_mib * HEADROOM_SHARE)}MB"},
        },
        "resources": {
            "requests": {"cpu": str(size.cpu), "memory": str(size.memory), "ephemeral-storage": str(size.scratch)},
            "limits": {"memory": str(size.memory), "ephemeral-storage": str(size.scratch)},
        },
        "additionalVolumes": [{"name": "scratch", "emptyDir": {"sizeLimit": str(size.scratch)}}],
    }
