"""`odoo-lake compact`."""

from __future__ import annotations

from typing import Annotated

import typer

from odoo_lake.cli.options import LakeUrl, Wait, lake_of
from odoo_lake.lake.compact import compact as run_compaction
from odoo_lake.progress import reporting
from odoo_lake.workspace import open_workspace


def compact(
    lake: LakeUrl = "",
    from_files: Annotated[int, typer.Option(help="Rewrite tables that have at least so many files.", min=2)] = 8,
    wait: Wait = 0,
) -> None:
    """Merge bronze's small files; keeps every version of every row, and readers undisturbed."""
    workspace = open_workspace()
    with reporting("compact") as report:
        done = run_compaction(lake_of(lake), workspace.catalogue, report, from_files=from_files, wait_seconds=wait)
    for table in done:
        typer.echo(f"{table.table}: {table.files_before} files became {table.files_after}")
    if not done:
        typer.echo(f"no table has {from_files} files or more")
