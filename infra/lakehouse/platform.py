"""The composition root: builds the components in order and wires what one gives to what another takes.

Nothing imports this module but the program. A component is one statement here.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from .addresses import HASH_KEY, HASH_KEY_SECRET
from .budget import Budget
from .checks import AnySizing
from .components.airbyte import Airbyte, AirbyteArgs
from .components.ingress import IngressArgs, Ingresses
from .components.lake_backup import LakeBackup, LakeBackupArgs
from .components.namespace import Namespace, NamespaceArgs
from .components.operators import Operators, OperatorsArgs
from .components.postgres import Backup, Postgres, PostgresArgs
from .components.priorities import Priorities, PrioritiesArgs
from .components.store_topology import StoreTopology
from .databases import LAKE_OPS
from .flows import flows, unset_networks
from .lightweight import build_lightweight
from .network import default_deny, policies
from .observability import build_observability
from .plan import Foundations, Plan, Platform, Store, active_budgets
from .production import build_production
from .secrets import Credential, CredentialArgs, SecretRef, secret_text
from .settings import Settings
from .site import Site
from .sizing import LightweightSizing
from .stores import build_store, topology_args


def build(settings: Settings, sizing: AnySizing) -> Platform:
    """Declare every resource of the stack."""
    site = Site.of(settings)
    budgets = active_budgets(settings, sizing)
    # Everything lies in a namespace, and a namespace waits for the priorities: nothing changes before this agrees.
    topology = StoreTopology("store-topology", topology_args(settings))
    priorities = Priorities("priorities", PrioritiesArgs(site=site), pulumi.ResourceOptions(depends_on=topology.agreed))
    spaces = _namespaces(settings, site, budgets, priorities)
    plan = Plan(settings=settings, site=site, sizing=sizing, budgets=budgets, spaces=spaces)
    built = Platform(budgets, notes=unset_networks(settings))

    store = build_store(plan, built)
    built.addresses["objectStore"] = store.endpoint

    operators = Operators(
        "operators",
        OperatorsArgs(site=site, sizing=sizing.system, cert_manager=settings.cert_manager),
        plan.inside("system"),
    )
    postgres = _postgres(plan, store, operators)
    built.secrets += [login.secret for login in postgres.logins.values()]

    if settings.backs_up:
        built.secrets.append(_lake_backup(plan, store, postgres).addresses)
    hash_key = _hash_key(plan)
    built.secrets.append(hash_key)
    airbyte = _airbyte(plan, store, postgres) if "airbyte" in budgets else None
    on = Foundations(plan, store, operators, postgres, hash_key, airbyte)
    if isinstance(sizing, LightweightSizing):
        build_lightweight(on, sizing, built)
    else:
        build_production(on, sizing, built)
    if airbyte is not None:
        built.addresses["airbyte"] = airbyte.url
        built.secrets += [airbyte.auth, airbyte.access.client, airbyte.odoo]
        built.products.append(airbyte)
    build_observability(on, built)
    if settings.domain is not None:
        # Products whose component has an address; the one of the domain replaces it.
        names = Ingresses(
            "ingress", IngressArgs(site=site, settings=settings, products=set(built.addresses)), plan.inside(*budgets)
        )
        built.addresses |= names.addresses
        built.notes += names.notes
    for secret in site.generations_of_nothing():
        # No mistake after a switch of the profile, so it is told and not refused.
        note = f"lakehouse:secretGeneration.{secret} is set, but this stack has no such secret: nothing is made anew"
        pulumi.log.warn(note)
        built.notes.append(note)
    return built


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


def _postgres(plan: Plan, store: Store, operators: Operators) -> Postgres:
    keys = store.keys.get("backup")
    days = plan.settings.retention.backup_days
    backup = Backup(endpoint=store.endpoint, region=store.region, keys=keys, retention_days=days) if keys else None
    readers = {quota: budget.namespace for quota, budget in plan.budgets.items()}
    return Postgres(
        "postgres",
        PostgresArgs(
            site=plan.site,
            sizing=plan.sizing.postgres,
            products=plan.budgets,
            readers=readers,
            backup=backup,
            settings=plan.settings.postgres,
        ),
        plan.inside(*plan.budgets, after=(operators, *store.ready)),
    )


def _hash_key(plan: Plan) -> SecretRef:
    """The key that hashes personal data: the same in both profiles, so that hashes stay equal."""
    made = Credential(
        HASH_KEY_SECRET,
        CredentialArgs(
            site=plan.site,
            product="pipeline",
            namespaces=[plan.budgets["dbt"].namespace],
            fixed={},
            generated=[HASH_KEY],
        ),
        plan.inside("dbt"),
    )
    return made.ref


def _lake_backup(plan: Plan, store: Store, postgres: Postgres) -> LakeBackup:
    return LakeBackup(
        "lake-backup",
        LakeBackupArgs(
            site=plan.site,
            sizing=plan.sizing.minio,
            settings=plan.settings.backup,
            keep_days=plan.settings.retention.backup_days,
            store_endpoint=store.endpoint,
            store_region=store.region,
            keys=store.keys["backup"],
            run_record=postgres.logins[LAKE_OPS],
        ),
        plan.inside("minio", after=(postgres, *store.ready)),
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
            readers=[plan.budgets[quota].namespace for quota in ("dagster",) if quota in plan.budgets],
        ),
        plan.inside(
            "airbyte", *(quota for quota in ("dagster",) if quota in plan.budgets), after=(postgres, *store.ready)
        ),
    )
