"""DataHub's names of tables and jobs. A table has the name under which readers see it, whoever writes it."""

from __future__ import annotations

from collections.abc import Sequence

from odoo_lake.trino.connection import BRONZE_CATALOG, BRONZE_SCHEMA, LAKE_CATALOG

ENVIRONMENT = "PROD"
# Layers that readers see, as the first part of an asset's key.
LAKE_LAYERS = ("silver", "gold")
BRONZE_ASSETS = "odoo"


def dataset_urn(platform: str, name: str) -> str:
    return f"urn:li:dataset:(urn:li:dataPlatform:{platform},{name},{ENVIRONMENT})"


def flow_urn(job: str) -> str:
    return f"urn:li:dataFlow:(dagster,{job},{ENVIRONMENT})"


def job_urn(job: str, step: str) -> str:
    return f"urn:li:dataJob:({flow_urn(job)},{step})"


def odoo_table(database: str, relation: str) -> str:
    """A table of Odoo as DataHub's PostgreSQL source names it."""
    return dataset_urn("postgres", f"{database}.public.{relation}")


def bronze_table(table: str) -> str:
    return dataset_urn("trino", f"{BRONZE_CATALOG}.{BRONZE_SCHEMA}.{table}")


def asset_table(key: Sequence[str]) -> str | None:
    """The table of an asset, or None for one that is no table of bronze, silver or gold."""
    layer, *rest = key
    if len(rest) != 1:
        return None
    if layer == BRONZE_ASSETS:
        return bronze_table(rest[0])
    return dataset_urn("trino", f"{LAKE_CATALOG}.{layer}.{rest[0]}") if layer in LAKE_LAYERS else None
