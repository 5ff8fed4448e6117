"""`odoo-lake compact`, `maintain` and `publish`."""

from __future__ import annotations

from typing import Annotated

import typer

from odoo_lake.cli.options import LakeUrl, Wait, lake_of
from odoo_lake.errors import UserError
from odoo_lake.gold_database import publish_gold
from odoo_lake.lake.compact import compact as run_compaction
from odoo_lake.lake.state import LakeState
from odoo_lake.progress import reporting
from odoo_lake.trino.upkeep import FROM_FILES, RETENTION_DAYS, Upkeep
from odoo_lake.workspace import ENGINE_VARIABLE, Engine, engine, open_workspace


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


def maintain(
    lake: LakeUrl = "",
    retention_days: Annotated[
        int, typer.Option(help="Days for which files stay that a later version replaced.", min=0)
    ] = RETENTION_DAYS,
    from_files: Annotated[
        int, typer.Option(help="Merge the files of tables that have at least so many small ones.", min=2)
    ] = FROM_FILES,
    wait: Wait = 0,
) -> None:
    """Merge, analyse and vacuum the tables of silver and gold on Trino; readers are undisturbed, builds wait."""
    if engine() is not Engine.TRINO:
        raise UserError(
            f"The engine is {engine()}: each of its builds writes whole tables and removes the ones before.",
            "There is nothing to maintain but bronze.",
            f"Run `odoo-lake compact`, or set {ENGINE_VARIABLE}=trino.",
        )
    from odoo_lake.trino.connection import trino_address
    from odoo_lake.trino.maintain import maintain_tables, maintenance_lines

    upkeep = Upkeep(retention_days, from_files)
    with reporting("maintain") as report:
        done = maintain_tables(lake_of(lake), trino_address(), upkeep, report, wait)
    for line in maintenance_lines(done):
        typer.echo(line)


def publish(
    lake: LakeUrl = "",
    to: Annotated[
        str, typer.Option("--to", envvar="ODOO_LAKE_GOLD_DATABASE", show_envvar=True, help="PostgreSQL URL.")
    ] = "",
    reader: Annotated[str, typer.Option(help="A role that may read the copy.", show_default=False)] = "",
) -> None:
    """Copy gold into a PostgreSQL database; its readers see all of the former copy, then all of the new one."""
    if not to:
        raise UserError("No database is given.", "Gold can't be copied.", "Give --to or set ODOO_LAKE_GOLD_DATABASE.")
    rows = publish_gold(lake_of(lake), LakeState(), to, reader or None)
    typer.echo(f"gold: {len(rows)} tables, {sum(rows.values()):,} rows")
