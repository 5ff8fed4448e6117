"""What only the lightweight profile has: dbt on DuckDB in a CronJob."""

from __future__ import annotations

import pulumi

from .components.pipeline import Pipeline, PipelineArgs
from .databases import LAKE_OPS
from .plan import Foundations, Platform
from .rows import LocalDbtBudget
from .secrets import secret_text
from .sizing import LightweightSizing


def build_lightweight(on: Foundations, sizing: LightweightSizing, built: Platform) -> None:
    """Declare the products of the lightweight profile."""
    built.secrets.append(_pipeline(on, sizing.dbt).addresses)


def _pipeline(on: Foundations, sizing: LocalDbtBudget) -> Pipeline:
    plan, store, postgres = on.plan, on.store, on.postgres
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
