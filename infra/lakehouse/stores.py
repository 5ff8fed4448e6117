"""Where the lake is kept: the user's store, ours, or two of ours while it moves from one topology to another.

While both are there, one Job makes `mirror_to` equal to the other. Once that one also serves, the other is read-only,
and the products wait until the last of it has been copied.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from .components.apply_job import ApplyJob, ApplyJobArgs
from .components.object_store import TOKEN_KEY, AuditWebhook, ObjectStore, ObjectStoreArgs
from .components.store_access import (
    ExternalKeys,
    ExternalKeysArgs,
    IdentityKeys,
    IdentityKeysArgs,
    StoreAccess,
    StoreAccessArgs,
)
from .components.store_topology import StoreTopologyArgs
from .flows import OBJECT_LOG_PORT
from .labels import MIRROR, STORE_PRODUCTS
from .object_store_access import BUCKETS, key_readers
from .plan import Plan, Platform, Store
from .secrets import OBJECT_LOG_TOKEN, Credential, CredentialArgs, secret_text
from .settings import Settings, StoreMode, StoreName
from .sizing import ProductionSizing
from .store_checks import PROCEDURE

# Half a terabyte at the pace of slow volumes.
MIRROR_SECONDS = 24 * 3600


@dataclass(frozen=True)
class _Ours:
    servers: ObjectStore
    access: StoreAccess


def _what_the_owner_makes() -> str:
    """Of a store that is not ours: the program reaches no bucket of it."""
    versioned = [bucket.name for bucket in BUCKETS if bucket.versioned]
    expiring = [
        f"objects below {prefix} of {bucket.name} expire after {days} days"
        for bucket in BUCKETS
        for prefix, days in bucket.expire_after_days
    ]
    return (
        f"the object store's owner makes the buckets {', '.join(bucket.name for bucket in BUCKETS)}, keeps versions in "
        f"{' and '.join(versioned)}, and lets {', '.join(expiring)}"
    )


def build_store(plan: Plan, built: Platform) -> Store:
    """Our own servers with their buckets, or the user's store."""
    wanted = plan.settings.object_store
    readers = key_readers({quota: budget.namespace for quota, budget in plan.budgets.items()})
    if wanted.mode is StoreMode.EXTERNAL:
        external = ExternalKeys(
            "external-store",
            ExternalKeysArgs(
                site=plan.site,
                pairs=json.loads(secret_text(plan.settings.object_store_credentials)),
                products=plan.budgets,
                readers=readers,
            ),
            plan.inside(*plan.budgets),
        )
        built.secrets += external.keys.values()
        built.notes.append(_what_the_owner_makes())
        return Store(wanted.endpoint or "", wanted.region, external.keys, (external,))
    keys = IdentityKeys(
        "minio-keys",
        IdentityKeysArgs(site=plan.site, namespace=plan.sizing.minio.namespace, products=plan.budgets, readers=readers),
        # Every reader's namespace gets a secret.
        plan.inside(*plan.budgets),
    )
    audit = _audit(plan)
    token = audit.token if audit else None
    stores = {store: _one_store(plan, keys, store, audit) for store in wanted.stores}
    serving = stores[wanted.serve_from]
    built.secrets += [*(store.servers.root.ref for store in stores.values()), *keys.refs.values()]
    built.secrets += [token] if token else []
    ready: tuple[StoreAccess | ObjectStore | ApplyJob, ...] = (serving.servers, serving.access)
    if len(stores) > 1:
        mirror = _mirror(plan, stores)
        built.notes.append(_note(plan))
        if wanted.hands_over:
            ready = (*ready, mirror)
    return Store(serving.servers.endpoint, wanted.region, keys.refs, ready, token)


def topology_args(settings: Settings) -> StoreTopologyArgs:
    """Our stores, with the topology that the settings ask for and the key that asks."""
    ours = settings.object_store.stores if settings.object_store.mode is StoreMode.INTERNAL else ()
    keys = {StoreName.FIRST: "topology", StoreName.SECOND: "second.topology"}
    return StoreTopologyArgs(
        wanted={store: settings.topology_of(store) for store in ours},
        names=STORE_PRODUCTS,
        keys={store: f"lakehouse:objectStore.{key}" for store, key in keys.items()},
        procedure=PROCEDURE,
    )


def _audit(plan: Plan) -> AuditWebhook | None:
    """Where there is somebody who takes it. The token is there before the servers, who takes it comes after them."""
    if not isinstance(plan.sizing, ProductionSizing):
        return None
    receiver = plan.sizing.monitoring.namespace
    token = Credential(
        OBJECT_LOG_TOKEN,
        CredentialArgs(
            site=plan.site,
            product="query-log",
            namespaces=sorted({plan.sizing.minio.namespace, receiver}),
            fixed={},
            generated=[TOKEN_KEY],
        ),
        plan.inside("minio", "monitoring"),
    )
    return AuditWebhook(endpoint=f"http://query-log.{receiver}.svc.cluster.local:{OBJECT_LOG_PORT}/", token=token.ref)


def _one_store(plan: Plan, keys: IdentityKeys, store: StoreName, audit: AuditWebhook | None) -> _Ours:
    wanted, sizing, name = plan.settings.object_store, plan.sizing.minio, STORE_PRODUCTS[store]
    serves = store is wanted.serve_from
    servers = ObjectStore(
        name,
        ObjectStoreArgs(
            site=plan.site,
            namespace=sizing.namespace,
            size=sizing.servers(store),
            topology=plan.settings.topology_of(store),
            keeps_data=plan.site.protect_data and serves,
            audit=audit,
        ),
        plan.inside("minio"),
    )
    access = StoreAccess(
        f"{name}-provision",
        StoreAccessArgs(
            site=plan.site,
            settings=plan.settings,
            sizing=sizing,
            store=store,
            endpoint=servers.endpoint,
            root=servers.root,
            products=plan.budgets,
            keys=keys,
            # Before the old store goes; while both are there, the mirror sees to it.
            serves=len(wanted.stores) == 1,
            read_only=not serves and wanted.hands_over,
        ),
        plan.inside("minio", after=(servers,)),
    )
    return _Ours(servers, access)


def _mirror(plan: Plan, stores: dict[StoreName, _Ours]) -> ApplyJob:
    wanted, sizing = plan.settings.object_store, plan.sizing.minio
    [source] = (store for store in stores if store is not wanted.mirror_to)
    ends = {"SOURCE": stores[source].servers, "TARGET": stores[wanted.mirror_to].servers}
    options = ["--hand-over", "--read-back=copied"] if wanted.hands_over else []
    return ApplyJob(
        MIRROR,
        ApplyJobArgs(
            site=plan.site,
            product=MIRROR,
            component="mirror",
            namespace=sizing.namespace,
            image=plan.site.pipelines_image,
            command=["odoo-lake", "mirror-buckets", *options],
            size=sizing.provision,
            variables={
                **{f"{end}_AWS_ENDPOINT_URL": servers.endpoint for end, servers in ends.items()},
                **{f"{end}_AWS_REGION": wanted.region for end in ends},
            },
            secret_variables={
                f"{end}_{variable}": (servers.root.ref, key)
                for end, servers in ends.items()
                for variable, key in (("AWS_ACCESS_KEY_ID", "user"), ("AWS_SECRET_ACCESS_KEY", "password"))
            },
            deadline_seconds=MIRROR_SECONDS,
        ),
        plan.inside("minio", after=tuple(part for one in stores.values() for part in (one.servers, one.access))),
    )


def _note(plan: Plan) -> str:
    wanted = plan.settings.object_store
    [other] = (store for store in wanted.stores if store is not wanted.serve_from)
    serving, beside = STORE_PRODUCTS[wanted.serve_from], STORE_PRODUCTS[other]
    what = "is read-only and stays until retireOld: true" if wanted.hands_over else "receives a copy"
    return f"lakehouse:objectStore: {serving} serves; {beside} {what}, and its row is temporary"
