"""What is decided before anything is built, and what the parts that all products stand on give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from .budget import Budget
from .checks import AnySizing
from .components.airbyte import Airbyte
from .components.namespace import Namespace
from .components.operators import Operators
from .components.postgres import Postgres
from .secrets import SecretRef
from .settings import Ingestion, Settings, StoreMode
from .site import Site


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
    audit_token: SecretRef | None = None
    """What it shows to who writes down its requests."""


@dataclass(frozen=True)
class Foundations:
    """What every product stands on."""

    plan: Plan
    store: Store
    operators: Operators
    postgres: Postgres
    hash_key: SecretRef
    airbyte: Airbyte | None
    """None where the runs extract themselves."""


@dataclass
class Platform:
    """What was built, and what the user is told about it. `products` are those whose databases are read by others."""

    budgets: Mapping[str, Budget]
    addresses: dict[str, str] = field(default_factory=dict)
    secrets: list[SecretRef] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    products: list[pulumi.Resource] = field(default_factory=list)


def active_budgets(settings: Settings, sizing: AnySizing) -> dict[str, Budget]:
    """The quotas of this stack: without products that the settings leave out."""
    left_out = {
        "minio": settings.object_store.mode is StoreMode.EXTERNAL,
        "airbyte": settings.ingestion is Ingestion.DIRECT,
        "node": not settings.exports_nodes,
    }
    return {name: budget for name, budget in sizing.budgets() if not left_out.get(name, False)}
