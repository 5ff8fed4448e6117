"""What only the lightweight profile has: dbt on DuckDB in a CronJob, and Metabase on its copy of gold."""

from __future__ import annotations

import pulumi

from .components.metabase import Metabase, MetabaseArgs
from .components.pipeline import Pipeline, PipelineArgs
from .databases import GOLD_READER, LAKE_OPS, PUBLISHER
from .plan import Foundations, Platform
from .rows import LocalDbtBudget, MetabaseBudget
from .secrets import secret_text
from .sizing import LightweightSizing
from .web import public_url


def build_lightweight(on: Foundations, sizing: LightweightSizing, built: Platform) -> None:
    """Declare the products of the lightweight profile."""
    built.secrets.append(_pipeline(on, sizing.dbt).addresses)
    metabase = _metabase(on, sizing.metabase)
    built.addresses["metabase"] = metabase.url
    built.secrets += [metabase.admin, metabase.encryption]
    built.products.append(metabase)


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
            hash_key=on.hash_key,
            run_record=postgres.logins[LAKE_OPS],
            publisher=postgres.logins[PUBLISHER],
            gold_reader=GOLD_READER,
        ),
        plan.inside("dbt", after=(postgres, *store.ready)),
    )


def _metabase(on: Foundations, sizing: MetabaseBudget) -> Metabase:
    plan, postgres = on.plan, on.postgres
    return Metabase(
        "metabase",
        MetabaseArgs(
            site=plan.site,
            sizing=sizing,
            database=postgres.logins["metabase"],
            gold=postgres.logins[GOLD_READER],
            public_url=public_url("metabase", plan.settings),
        ),
        plan.inside("metabase", after=(postgres,)),
    )
