"""Bronze tables, dbt's models and the publication as assets."""

# Dagster reads the annotations of its functions, so they are not postponed here.

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from odoo_lake.build.dbt import Build, dbt_executable, read_results
from odoo_lake.contracts.model import Contract
from odoo_lake.lake.lock import exclusive
from odoo_lake.orchestration.identities import Identity, acting_as
from odoo_lake.orchestration.lakehouse import Lakehouse, dbt_variables, environment, project_manifest
from odoo_lake.pipeline import BUILD_LOCK, BuildOutcome
from odoo_lake.reconcile.checks import load_checks
from odoo_lake.reconcile.run import Reconciliation
from odoo_lake.workspace import Workspace

PUBLICATION = dg.AssetKey(["publication"])
FRESHNESS = timedelta(hours=4)
# What a run may take, from its start to the publication.
RUN_TIME = timedelta(hours=2)
RETRIES = dg.RetryPolicy(max_retries=2, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def bronze_assets(workspace: Workspace, pace: timedelta) -> dg.AssetsDefinition:
    """One asset per contract; they come from one snapshot, so one step reads them all, or sweeps up after Airbyte.

    `pace` is the longest time between two runs that the schedule means.
    """

    specs = [_bronze_spec(contract, pace) for contract in workspace.catalogue.values()]

    @dg.multi_asset(specs=specs, name="extract", retry_policy=RETRIES)
    def extract(context: dg.AssetExecutionContext, lakehouse: Lakehouse) -> Iterator[dg.MaterializeResult[Any]]:
        with acting_as(Identity.EXTRACTOR):
            pipeline = lakehouse.pipeline(workspace, context.log)
            outcome = pipeline.extract(lakehouse.extraction(workspace))
        for table in workspace.catalogue:
            entry = outcome.commit.tables.get(table)
            metadata: dict[str, Any] = {"run_id": outcome.commit.run_id, "is_in_odoo": entry is not None}
            if entry is not None:
                metadata |= {"rows_written": entry.rows_written, "rows_deleted": entry.rows_deleted}
                metadata["dagster/row_count"] = entry.source_rows
            yield dg.MaterializeResult(asset_key=_bronze_key(table), metadata=metadata)

    return extract


def model_assets(workspace: Workspace) -> dg.AssetsDefinition:
    """dbt's seeds, models and snapshots; its tests are their checks."""

    @dbt_assets(
        manifest=project_manifest(workspace.project),
        name="dbt_build",
        dagster_dbt_translator=_Translator(),
        retry_policy=RETRIES,
    )
    def dbt_build(context: dg.AssetExecutionContext, lakehouse: Lakehouse) -> Iterator[Any]:
        with acting_as(Identity.TRANSFORM):
            pipeline = lakehouse.pipeline(workspace, context.log)
            build, inputs = pipeline.build, lakehouse.inputs(pipeline)
            command, variables = pipeline.prepare_models(inputs)
            with environment(build.environment):
                dbt = DbtCliResource(
                    project_dir=str(build.project.dbt),
                    profiles_dir=str(build.profiles),
                    dbt_executable=dbt_executable(),
                )
                arguments = [*command, *dbt_variables(variables)]
                try:
                    yield from dbt.cli(arguments, context=context, target_path=build.target).stream()
                except DagsterDbtCliRuntimeError:
                    _record_failure(pipeline, build, inputs)
                    raise
            pipeline.remember_models(inputs)

    return dbt_build


def _record_failure(pipeline: Any, build: Build, inputs: Any) -> None:
    results = build.target / "run_results.json"
    if results.is_file():
        pipeline.record.save_invocation(read_results(results), inputs.log.last.run_id, inputs.as_of)


def publication_asset(workspace: Workspace, pace: timedelta) -> dg.AssetsDefinition:
    """What readers see; each reconciliation check is a check of it, and it stays as it was while one fails.

    The tables behind a figure that differs are compared with Odoo once.
    """
    marts = sorted({model for check in load_checks() for model in check.covers})
    checks = [dg.AssetCheckSpec(check.name, asset=PUBLICATION, description=check.meaning) for check in load_checks()]

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                PUBLICATION,
                deps=[_model_key(workspace, mart) for mart in marts],
                description="All silver and gold tables, switched together after tests and reconciliation.",
                freshness_policy=dg.FreshnessPolicy.time_window(fail_window=_window(FRESHNESS, pace)),
            )
        ],
        check_specs=checks,
        name="publish",
    )
    def publish(context: dg.AssetExecutionContext, lakehouse: Lakehouse) -> Iterator[Any]:
        outcome = _finish(workspace, lakehouse, context)
        if outcome.reconciliation is not None:
            yield from _check_results(outcome.reconciliation)
        if outcome.publication is None:
            raise dg.Failure("nothing was published: readers still see the last complete state")
        tables = outcome.publication.tables
        metadata: dict[str, Any] = {"build_id": outcome.publication.build_id, "tables": len(tables)}
        yield dg.MaterializeResult(asset_key=PUBLICATION, metadata=metadata)

    return publish


def _finish(workspace: Workspace, lakehouse: Lakehouse, context: dg.AssetExecutionContext) -> BuildOutcome:
    with acting_as(Identity.TRANSFORM):
        pipeline = lakehouse.pipeline(workspace, context.log)
        with exclusive(lakehouse.lake.layer("gold"), BUILD_LOCK, wait_seconds=600):
            inputs = lakehouse.inputs(pipeline)
            invocation = read_results(pipeline.build.target / "run_results.json")
            outcome = pipeline.finish(inputs, invocation, inputs.fingerprint(pipeline.build))
    if outcome.reconciliation is None or outcome.reconciliation.agrees:
        return outcome
    with acting_as(Identity.EXTRACTOR):
        request = replace(
            lakehouse.extraction(workspace), compare_tables=pipeline.tables_behind(outcome.reconciliation)
        )
        lakehouse.pipeline(workspace, context.log).extract(request)
    with acting_as(Identity.TRANSFORM):
        return pipeline.rebuild(inputs.as_of, request.wait_seconds)


def _check_results(reconciliation: Reconciliation) -> Iterator[dg.AssetCheckResult]:
    for result in reconciliation.results:
        metadata: dict[str, Any] = {
            "figures_compared": result.figures_compared,
            "differing_figures": result.differing_figures,
            "greatest_difference": float(result.greatest_difference),
        }
        yield dg.AssetCheckResult(
            check_name=result.check.name, asset_key=PUBLICATION, passed=result.agrees, metadata=metadata
        )
    for name in reconciliation.skipped:
        metadata = {"skipped": "this database has no tables for it"}
        yield dg.AssetCheckResult(check_name=name, asset_key=PUBLICATION, passed=True, metadata=metadata)


class _Translator(DagsterDbtTranslator):
    """dbt's own names: sources are bronze, models stand under their schema."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        path = dbt_resource_props["fqn"]
        return str(path[1])


def _window(allowed: timedelta, pace: timedelta) -> timedelta:
    """How old an asset may be before it is stale: a schedule that asks for less is not a fault that comes every day."""
    return max(allowed, pace + RUN_TIME)


def _bronze_spec(contract: Contract, pace: timedelta) -> dg.AssetSpec:
    return dg.AssetSpec(
        _bronze_key(contract.table),
        group_name="bronze",
        description=contract.meaning,
        owners=[f"team:{contract.owner}"],
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=_window(timedelta(hours=contract.freshness_hours), pace)
        ),
    )


def _bronze_key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["odoo", table])


def _model_key(workspace: Workspace, model: str) -> dg.AssetKey:
    found = next((workspace.project.dbt / "models").rglob(f"{model}.sql"))
    return dg.AssetKey(["gold" if "marts" in found.parts else "silver", model])
