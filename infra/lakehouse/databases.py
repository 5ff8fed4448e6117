"""The one list of PostgreSQL's roles and databases: who owns what, and where its password is read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Role:
    """A login with its databases. `quotas` are those whose namespaces hold the password.

    `product` is the quota whose absence makes the role needless; its databases stay when it goes, and are found again.
    """

    name: str
    quotas: tuple[str, ...]
    databases: tuple[str, ...] = ()
    product: str | None = None
    member_of: tuple[str, ...] = ()

    @property
    def secret_name(self) -> str:
        return f"postgres-{self.name.replace('_', '-')}"


LAKE_OPS = "lake_ops"
GOLD = "gold"
PUBLISHER = "publisher"
GOLD_READER = "gold_reader"
METRICS = "metrics"
QUERY_LOG = "query_log"

ROLES: tuple[Role, ...] = (
    # The run record: extraction, dbt and reconciliation write it.
    Role(name=LAKE_OPS, quotas=("dbt", "dagster"), databases=(LAKE_OPS,)),
    # Temporal keeps its two databases under Airbyte's login.
    Role(
        name="airbyte",
        quotas=("airbyte",),
        databases=("airbyte", "temporal", "temporal_visibility"),
        product="airbyte",
    ),
    Role(name="metabase", quotas=("metabase",), databases=("metabase",), product="metabase"),
    # Gold for Metabase: written by the pipeline, read by a login that owns nothing.
    Role(name=PUBLISHER, quotas=("dbt",), databases=(GOLD,), product="metabase"),
    Role(name=GOLD_READER, quotas=("metabase", "dbt"), product="metabase"),
    Role(name="superset", quotas=("superset",), databases=("superset",), product="superset"),
    Role(name="dagster", quotas=("dagster",), databases=("dagster",), product="dagster"),
    Role(name="datahub", quotas=("datahub",), databases=("datahub",), product="datahub"),
    Role(name="metastore", quotas=("metastore",), databases=("metastore",), product="metastore"),
    # It may add rows to the query log; the run record's owner makes the tables and says so.
    Role(name=QUERY_LOG, quotas=("monitoring",), product="trino"),
    # It may read what `exporters` names, which each database's owner grants.
    Role(name=METRICS, quotas=("monitoring",)),
)


def roles(products: Collection[str]) -> tuple[Role, ...]:
    """Those whose product is installed."""
    return tuple(role for role in ROLES if role.product is None or role.product in products)
