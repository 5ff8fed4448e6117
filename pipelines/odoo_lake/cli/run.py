"""`odoo-lake run`, `build` and `query`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from odoo_lake.build.query import Format
from odoo_lake.build.query import query as run_query
from odoo_lake.business import today
from odoo_lake.cli.extract import outcome_lines
from odoo_lake.cli.options import (
    AcceptSchemaChanges,
    AsOf,
    LakeUrl,
    ReportPath,
    SourceUrl,
    Wait,
    day_of,
    lake_of,
    required_source,
)
from odoo_lake.cli.reconcile import reconciliation_lines
from odoo_lake.lake.identities import Identity, acting_as
from odoo_lake.pipeline import BuildOutcome
from odoo_lake.progress import reporting
from odoo_lake.report.write import default_path, write_report
from odoo_lake.workspace import Workspace, open_workspace


def run(
    *,
    source: SourceUrl = "",
    lake: LakeUrl = "",
    as_of: AsOf = "",
    accept_schema_changes: AcceptSchemaChanges = False,
    wait: Wait = 0,
    report: ReportPath = None,
) -> None:
    """Extract, build, test, reconcile, publish and report."""
    workspace = open_workspace()
    day = _day(workspace, as_of)
    with acting_as(Identity.EXTRACTOR):
        bronze = lake_of(lake).signed_in()
    request = workspace.extraction(
        workspace.source(required_source(source)),
        bronze,
        day,
        accept_schema_changes=accept_schema_changes,
        wait_seconds=wait,
    )
    pipeline = workspace.pipeline(lake_of(lake), workspace.state(day), reporting)
    outcome = pipeline.run(request, day)
    for line in outcome_lines(outcome.extraction, with_hash_key=request.hash_key is not None):
        typer.echo(line)
    if outcome.refreshed:
        typer.echo(f"figures differed, so these tables were compared in full: {', '.join(sorted(outcome.refreshed))}")
    _print_build(outcome.build)
    published, state = pipeline.build.lake, pipeline.build.state
    typer.echo(f"report: {write_report(published, state, report or default_path(published, state))}")


def build(lake: LakeUrl = "", as_of: AsOf = "", wait: Wait = 0) -> None:
    """Build, test, reconcile and publish what bronze holds."""
    workspace = open_workspace()
    day = _day(workspace, as_of)
    pipeline = workspace.pipeline(lake_of(lake), workspace.state(day), reporting)
    _print_build(pipeline.build_and_publish(day, wait))


def query(
    statement: Annotated[str, typer.Argument(help="One SQL statement over the schemas staging, silver and gold.")],
    lake: LakeUrl = "",
    form: Annotated[Format, typer.Option("--format", help="How rows are printed.")] = Format.TABLE,
    as_of: AsOf = "",
) -> None:
    """Read what is published."""
    workspace = open_workspace()
    state = workspace.state(day_of(as_of, "--as-of") if as_of else None)
    typer.echo(run_query(lake_of(lake), statement, form, state), nl=False)


def _day(workspace: Workspace, as_of: str) -> date:
    return day_of(as_of, "--as-of") if as_of else today(workspace.variables)


def _print_build(outcome: BuildOutcome) -> None:
    for line in build_lines(outcome):
        typer.echo(line)
    if outcome.publication is None or (outcome.reconciliation and not outcome.reconciliation.agrees):
        raise typer.Exit(1)


def build_lines(outcome: BuildOutcome) -> list[str]:
    """What a build came to, in the user's words."""
    lines = []
    if outcome.unchanged and outcome.publication:
        lines.append(f"nothing changed since build {outcome.publication.build_id}: dbt was not started")
    if outcome.invocation:
        nodes = outcome.invocation.nodes
        lines.append(f"dbt: {len(nodes)} nodes in {outcome.invocation.elapsed_seconds:.1f} s")
        lines += [f"  {node.status}: {node.name}: {node.message}" for node in outcome.invocation.failures]
    if outcome.reconciliation:
        lines += reconciliation_lines(outcome.reconciliation)
    if outcome.publication and not outcome.unchanged:
        lines.append(f"published build {outcome.publication.build_id} as of {outcome.publication.as_of}")
    elif not outcome.publication:
        lines.append("nothing was published: readers still see the last complete state")
    return lines
