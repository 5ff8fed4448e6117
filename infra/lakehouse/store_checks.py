"""What the object store's settings must agree on: where it is, and the move from one topology to another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlparse

from pydantic.alias_generators import to_camel

from .object_store_access import IDENTITIES
from .settings import ObjectStoreSettings, Provisioner, Settings, StoreMode, StoreName, Topology
from .sizing import Sizing

DISTRIBUTED_SERVERS = 4
PROCEDURE = "ops/runbooks/procedures/change-object-store-topology.md"


def store_is_complete(settings: Settings, sizing: Sizing) -> Iterator[str]:
    store = settings.object_store
    yield from _move_makes_sense(store)
    if store.mode is StoreMode.EXTERNAL:
        if store.endpoint is None:
            yield (
                "lakehouse:objectStore.mode is external, but lakehouse:objectStore.endpoint is not set. No product "
                "would find the lake. Run: pulumi config set --path lakehouse:objectStore.endpoint https://<host>"
            )
        elif _is_plain(store.endpoint):
            yield (
                f"lakehouse:objectStore.endpoint is {store.endpoint!r}: plain HTTP to a store outside of the cluster. "
                "Everybody on the way could read the lake. Give the store a certificate, and write https://<host>"
            )
        if settings.object_store_credentials is None:
            yield (
                "lakehouse:objectStore.mode is external, but lakehouse:objectStoreCredentials is not set. The program "
                "makes no users in a store that is not its own. Set a key pair per identity, or one named default: "
                "pulumi config set --secret --path lakehouse:objectStoreCredentials.default.accessKey <key>"
            )
        elif problem := _credentials_problem(settings.object_store_credentials.get_secret_value()):
            yield problem
        if store.topology is not None:
            yield (
                f"lakehouse:objectStore.topology is {store.topology}, but the store is external. The setting would do "
                "nothing. Remove it: pulumi config rm --path lakehouse:objectStore.topology"
            )
        if settings.backup.enabled:
            yield (
                "lakehouse:backup.enabled is true, but lakehouse:objectStore.mode is external. The program copies "
                "nothing in a store that is not its own. Use the store's replication, and remove it: "
                "pulumi config rm --path lakehouse:backup.enabled"
            )
        return
    if store.endpoint is not None:
        yield (
            f"lakehouse:objectStore.endpoint is {store.endpoint!r}, but lakehouse:objectStore.mode is internal. The "
            "endpoint would be ignored. Set mode to external, or remove the endpoint."
        )
    if store.provisioner is Provisioner.PROVIDER and store.provider_endpoint is None:
        yield (
            "lakehouse:objectStore.provisioner is provider, but lakehouse:objectStore.providerEndpoint is not set. "
            "Pulumi would not reach the store from this machine. Set the address, or use provisioner: job."
        )
    yield from _servers_fit_topology(settings, sizing)


def archives_databases(settings: Settings) -> bool:
    """Whether there is an identity that writes backups."""
    if settings.object_store.mode is StoreMode.INTERNAL:
        return True
    given = settings.object_store_credentials
    if given is None or _credentials_problem(given.get_secret_value()):
        return False
    return bool({"backup", "default"} & json.loads(given.get_secret_value()).keys())


def _is_plain(endpoint: str) -> bool:
    url = urlparse(endpoint)
    return url.scheme == "http" and not (url.hostname or "").endswith((".svc", ".svc.cluster.local"))


def _credentials_problem(text: str) -> str | None:
    try:
        pairs = json.loads(text)
        complete = isinstance(pairs, dict) and all(_is_pair(pair) for pair in pairs.values())
    except json.JSONDecodeError:
        complete = False
    if complete and pairs:
        known = ["default", *(identity.name for identity in IDENTITIES)]
        unknown = sorted(pairs.keys() - set(known))
        if not unknown:
            return None
        return (
            f"lakehouse:objectStoreCredentials.{unknown[0]} is (hidden), but there is no such identity. Its keys would "
            f"be used by nobody. The names are {', '.join(known)}."
        )
    return (
        "lakehouse:objectStoreCredentials is (hidden): not a map of identities to accessKey and secretKey. No product "
        "could sign in. Run: pulumi config set --secret --path lakehouse:objectStoreCredentials.default.accessKey <key>"
    )


def _is_pair(value: object) -> bool:
    texts = value if isinstance(value, dict) else {}
    return texts.keys() == {"accessKey", "secretKey"} and all(isinstance(t, str) and t for t in texts.values())


def _move_makes_sense(store: ObjectStoreSettings) -> Iterator[str]:
    if store.second is None:
        for field in sorted({"serve_from", "mirror_to", "retire_old"} & store.model_fields_set):
            key = f"lakehouse:objectStore.{to_camel(field)}"
            yield (
                f"{key} is {str(getattr(store, field)).lower()}, but lakehouse:objectStore.second is not set. There is "
                f"one store only, so there is nothing to move. Follow {PROCEDURE}, or remove it: "
                f"pulumi config rm --path {key}"
            )
        return
    if store.mode is StoreMode.EXTERNAL:
        yield (
            "lakehouse:objectStore.second is set, but lakehouse:objectStore.mode is external. The setting would do "
            "nothing. Remove it: pulumi config rm --path lakehouse:objectStore.second"
        )
    if store.provisioner is Provisioner.PROVIDER:
        yield (
            "lakehouse:objectStore.provisioner is provider, but lakehouse:objectStore.second is set. A provider "
            "reaches one endpoint, so the other store would have no buckets. Set provisioner: job; what the provider "
            "made stays."
        )
    if store.retire_old and not store.hands_over:
        yield (
            f"lakehouse:objectStore.retireOld is true, but {store.serve_from} serves and {store.mirror_to} is copied "
            f"to. The copy would be deleted with its volumes. Set serveFrom: {store.mirror_to} first and see that it "
            f"works ({PROCEDURE}), or set retireOld: false."
        )


def _servers_fit_topology(settings: Settings, sizing: Sizing) -> Iterator[str]:
    for store in settings.object_store.stores:
        key, size = ("topology", "server") if store is StoreName.FIRST else ("second.topology", "second")
        topology, servers = settings.topology_of(store), sizing.minio.servers(store).replicas
        expected = 1 if topology is Topology.SINGLE else DISTRIBUTED_SERVERS
        if servers != expected:
            yield (
                f"lakehouse:objectStore.{key} is {topology}, which takes {expected} server(s), but "
                f"minio.{size}.replicas is {servers} in the {settings.profile} profile. Drives of one topology cannot "
                f"be read by the other. Set lakehouse:overrides.minio.{size}, so that {expected} servers share the "
                f"row, or move the store first: {PROCEDURE}."
            )
