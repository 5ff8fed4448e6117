"""The composition root: builds the components in order and wires what one gives to what another takes.

Nothing imports this module but the program. A component is one statement here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pulumi

from .budget import Budget
from .components.namespace import Namespace, NamespaceArgs
from .components.object_store import ObjectStore, ObjectStoreArgs
from .components.priorities import Priorities, PrioritiesArgs
from .flows import flows, unset_networks
from .network import default_deny, policies
from .settings import Ingestion, Settings, StoreMode
from .site import Site
from .sizing import LightweightSizing, ProductionSizing, table, total

AnySizing = LightweightSizing | ProductionSizing


@dataclass
class Platform:
    """What was built, and what the user is told about it."""

    addresses: dict[str, str] = field(default_factory=dict)
    secret_names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def active_budgets(settings: Settings, sizing: AnySizing) -> dict[str, Budget]:
    """The quotas of this stack: without products that the settings leave out."""
    left_out = {
        "minio": settings.object_store.mode is StoreMode.EXTERNAL,
        "airbyte": settings.ingestion is Ingestion.DIRECT,
        "node": not settings.exports_nodes,
    }
    return {name: budget for name, budget in sizing.budgets() if not left_out.get(name, False)}


def build(settings: Settings, sizing: AnySizing) -> Platform:
    """Declare every resource of the stack."""
    site = Site.of(settings)
    budgets = active_budgets(settings, sizing)
    built = Platform(notes=unset_networks(settings))

    priorities = Priorities("priorities", PrioritiesArgs(site=site))
    spaces = _namespaces(settings, site, budgets, priorities)

    def inside(name: str, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """For a component of the quota `name`: its namespace and its limits are there first."""
        return pulumi.ResourceOptions(depends_on=[spaces[budgets[name].namespace], *after])

    if "minio" in budgets:
        store = ObjectStore(
            "minio",
            ObjectStoreArgs(site=site, sizing=sizing.minio, topology=settings.topology),
            inside("minio"),
        )
        built.addresses["objectStore"] = store.endpoint
        built.secret_names.append(store.root.name)
    return built


def _namespaces(
    settings: Settings, site: Site, budgets: dict[str, Budget], priorities: Priorities
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


def outputs(settings: Settings, sizing: AnySizing, built: Platform) -> dict[str, Any]:
    """What `pulumi stack output` shows: addresses, secret names, totals and next steps; never a secret's value."""
    budgets = active_budgets(settings, sizing)
    rows, supporting = total(budgets, supporting=False), total(budgets, supporting=True)
    return {
        "profile": str(settings.profile),
        "addresses": built.addresses,
        "secretNames": sorted(built.secret_names),
        "sizes": table(budgets),
        "totals": {"rows": str(rows), "supporting": str(supporting), "all": str(rows + supporting)},
        "notes": built.notes,
    }
