"""The composition root: builds the components in order and wires what one gives to what another takes.

Nothing imports this module but the program. A component is one statement here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from .budget import Budget
from .checks import AnySizing
from .components.airbyte import Airbyte, AirbyteArgs
from .components.namespace import Namespace, NamespaceArgs
from .components.object_store import ObjectStore, ObjectStoreArgs
from .components.operators import Operators, OperatorsArgs
from .components.pipeline import Pipeline, PipelineArgs
from .components.postgres import Backup, Postgres, PostgresArgs
from .components.priorities import Priorities, PrioritiesArgs
from .components.store_access import ExternalKeys, ExternalKeysArgs, StoreAccess, StoreAccessArgs
from .databases import LAKE_OPS
from .flows import flows, unset_networks
from .network import default_deny, policies
from .rows import LocalDbtBudget
from .secrets import SecretRef, secret_text
from .settings import Ingestion, Settings, StoreMode
from .site import Site
from .sizing import LightweightSizing


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is decided before anything is built. `spaces` are the namespaces by name."""

    settings: Settings
    site: Site
    sizing: AnySizing
    budgets: Mapping[str, Budget]
    spaces: Mapping[str, Namespace]

    def inside(self, *quotas: str, after: tuple[pulumi.Resource, ...] = ()) -> pulumi.ResourceOptions:
        """For a component of these quotas: their namespaces with their limits are there first."""
        spaces = dict.fromkeys(self.budgets[quota].namespace for quota in quotas)
        return pulumi.ResourceOptions(depends_on=[*(self.spaces[space] for space in spaces), *after])


@dataclass(frozen=True)
class Store:
    """The object store as its users see it: where it is, each identity's secret, and what must be there first."""

    endpoint: str
    region: str
    keys: Mapping[str, SecretRef]
    ready: tuple[pulumi.Resource, ...]


@dataclass
class Platform:
    """What was built, and what the user is told about it."""

    budgets: Mapping[str, Budget]
    addresses: dict[str, str] = field(default_factory=dict)
    secrets: list[SecretRef] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def build(settings: Settings, sizing: AnySizing) -> Platform:
    """Declare every resource of the stack."""
    site = Site.of(settings)
    budgets = active_budgets(settings, sizing)
    priorities = Priorities("priorities", PrioritiesArgs(site=site))
    spaces = _namespaces(settings, site, budgets, priorities)
    plan = Plan(settings=settings, site=site, sizing=sizing, budgets=budgets, spaces=spaces)
    built = Platform(budgets, notes=unset_networks(settings))

    store = _object_store(plan, built)
    built.addresses["objectStore"] = store.endpoint

    operators = Operators(
        "operators",
        OperatorsArgs(site=site, sizing=sizing.system, cert_manager=settings.cert_manager),
        plan.inside("system"),
    )
    postgres = _postgres(plan, store, operators)
    built.secrets += [login.secret for login in postgres.logins.values()]

    if isinstance(sizing, LightweightSizing):
        built.secrets.append(_pipeline(plan, sizing.dbt, store, postgres).addresses)
    if "airbyte" in budgets:
        airbyte = _airbyte(plan, store, postgres)
        built.addresses["airbyte"] = airbyte.url
        built.secrets += [airbyte.auth, airbyte.odoo]
    return built


def active_budgets(settings: Settings, sizing: AnySizing) -> dict[str, Budget]:
    """The quotas of this stack: without products that the settings leave out."""
    left_out = {
        "minio": settings.object_store.mode is StoreMode.EXTERNAL,
        "airbyte": settings.ingestion is Ingestion.DIRECT,
        "node": not settings.exports_nodes,
    }
    return {name: budget for name, budget in sizing.budgets() if not left_out.get(name, False)}


def key_readers(budgets: Mapping[str, Budget]) -> dict[str, set[str]]:
    """Which namespaces hold which identity's keys; the one table of it, by quota."""
    table = {
        "extractor": ("dbt",),
        "transform": ("dbt",),
        "dagster": ("dagster",),
        "airbyte-destination": ("airbyte",),
        "airbyte-platform": ("airbyte",),
        "trino": ("trino",),
        "metastore": ("metastore",),
        "backup": ("postgres",),
    }
    return {
        identity: {budgets[quota].namespace for quota in quotas if quota in budgets}
        for identity, quotas in table.items()
    }


def _namespaces(
    settings: Settings, site: Site, budgets: Mapping[str, Budget], priorities: Priorities
) -> dict[str, Namespace]:
    names = list(dict.fromkeys(budget.namespace for budget in budgets.values()))
    allowed = policies(flows(settings), names)
    return {
        name: Namespace(
            name,
            NamespaceArgs(
                site=site,
                namespace=name,
                budgets={quota: budget for quota, budget in budgets.items() if budget.namespace == name},
                policies=[*default_deny(name), *(policy for policy in allowed if policy.namespace == name)],
            ),
            pulumi.ResourceOptions(depends_on=[priorities]),
        )
        for name in names
    }


def _object_store(plan: Plan, built: Platform) -> Store:
    """Our own servers with their buckets, or the user's store."""
    wanted, readers = plan.settings.object_store, key_readers(plan.budgets)
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
        return Store(wanted.endpoint or "", wanted.region, external.keys, (external,))
    servers = ObjectStore(
        "minio",
        ObjectStoreArgs(site=plan.site, sizing=plan.sizing.minio, topology=plan.settings.topology),
        plan.inside("minio"),
    )
    access = StoreAccess(
        "minio-provision",
        StoreAccessArgs(
            site=plan.site,
            settings=plan.settings,
            sizing=plan.sizing.minio,
            endpoint=servers.endpoint,
            root=servers.root,
            products=plan.budgets,
            readers=readers,
        ),
        # Every reader's namespace gets a secret.
        plan.inside(*plan.budgets, after=(servers,)),
    )
    built.secrets += [servers.root.ref, *access.keys.values()]
    return Store(servers.endpoint, wanted.region, access.keys, (servers, access))


def _postgres(plan: Plan, store: Store, operators: Operators) -> Postgres:
    keys = store.keys.get("backup")
    days = plan.settings.retention.backup_days
    backup = Backup(endpoint=store.endpoint, region=store.region, keys=keys, retention_days=days) if keys else None
    readers = {quota: budget.namespace for quota, budget in plan.budgets.items()}
    return Postgres(
        "postgres",
        PostgresArgs(
            site=plan.site, sizing=plan.sizing.postgres, products=plan.budgets, readers=readers, backup=backup
        ),
        plan.inside(*plan.budgets, after=(operators, *store.ready)),
    )


def _airbyte(plan: Plan, store: Store, postgres: Postgres) -> Airbyte:
    return Airbyte(
        "airbyte",
        AirbyteArgs(
            site=plan.site,
            settings=plan.settings,
            sizing=plan.sizing.airbyte,
            database=postgres.logins["airbyte"],
            store_endpoint=store.endpoint,
            platform_keys=store.keys["airbyte-platform"],
            bronze_keys=store.keys["airbyte-destination"],
            odoo_password=pulumi.Output.secret(secret_text(plan.settings.odoo_password)),
            pipelines_image=plan.site.pipelines_image,
        ),
        plan.inside("airbyte", after=(postgres, *store.ready)),
    )


def _pipeline(plan: Plan, sizing: LocalDbtBudget, store: Store, postgres: Postgres) -> Pipeline:
    return Pipeline(
        "pipeline",
        PipelineArgs(
            site=plan.site,
            sizing=sizing,
            ingestion=plan.settings.ingestion,
            schedule=plan.settings.schedule,
            odoo=plan.settings.odoo,
            odoo_password=pulumi.Output.secret(secret_text(plan.settings.odoo_password)),
            store_endpoint=store.endpoint,
            store_region=store.region,
            keys=store.keys,
            run_record=postgres.logins[LAKE_OPS],
        ),
        plan.inside("dbt", after=(postgres, *store.ready)),
    )
