"""`odoo-lake status`."""

from __future__ import annotations

from datetime import datetime

import typer
from rich.console import Console
from rich.table import Table

from odoo_lake.cli.options import LakeUrl, lake_of
from odoo_lake.record.status import Status, read_status
from odoo_lake.record.writer import RunRecord


def status(lake: LakeUrl = "") -> None:
    """Show the last runs, how old each table's data is, and what failed; exit code 1 when something is wrong."""
    found = read_status(RunRecord(lake_of(lake)))
    _print(Console(), found)
    if not found.is_well:
        raise typer.Exit(1)


def _print(console: Console, found: Status) -> None:
    if not found.extractions:
        console.print("nothing was ever extracted into this lake")
        return
    runs = _table("Extractions", "extraction", "started (UTC)", "status", "rows", "deletions")
    for run in found.extractions:
        counts = (f"{run.rows_written:,}", f"{run.rows_deleted:,}")
        runs.add_row(run.run_id or "-", _moment(run.started_at), run.status, *counts)
    builds = _table("Builds", "started (UTC)", "as of", "status", "seconds", "published")
    for build in found.builds:
        outcome = (build.status, f"{build.elapsed_seconds:.1f}", build.build_id or "no")
        builds.add_row(_moment(build.started_at), build.as_of, *outcome)
    ages = _table("Tables", "table", "rows", "age", "may be")
    for table in found.tables:
        hours = (f"{table.age_hours:.1f} h", f"{table.freshness_hours:g} h")
        ages.add_row(table.table, f"{table.source_rows:,}", *hours, style="red" if table.is_late else None)
    for part in (runs, builds, ages):
        console.print(part)
    for run in found.extractions[:1]:
        if run.error:
            console.print(f"last extraction failed: {run.error}", markup=False)
    for node in found.failed_nodes:
        console.print(f"{node.status}: {node.unique_id}: {node.message}", markup=False)
    for check in found.differing_checks:
        console.print(f"{check.check_name} differs from Odoo in {check.differing_figures} figures", markup=False)


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
