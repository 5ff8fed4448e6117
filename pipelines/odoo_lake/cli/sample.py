"""`odoo-lake sample`: fill an empty database with a made-up company."""

from __future__ import annotations

import datetime
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from odoo_lake.errors import UserError


def sample(
    source: Annotated[
        str, typer.Option(envvar="ODOO_LAKE_SOURCE", show_envvar=True, help="Address of an empty PostgreSQL database.")
    ],
    odoo_version: Annotated[int, typer.Option(help="Odoo version whose tables are made: 16, 17, 18 or 19.")] = 18,
    scale: Annotated[str, typer.Option(help="small, medium (100,000 journal items) or large (5 million).")] = "small",
    seed: Annotated[int, typer.Option(help="The same seed makes the same database.")] = 1,
    today: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which the history ends; today by default.", show_default=False),
    ] = None,
) -> None:
    """Fill an empty PostgreSQL database with three years of a trading company, as Odoo would have recorded them."""
    from odoo_lake.sample import Scale, generate

    if scale not in set(Scale):
        raise UserError(
            f"Scale {scale} is not known.",
            "How many records to make is not clear.",
            f"Choose one of {', '.join(Scale)}.",
        )
    end = today.date() if today else datetime.date.today()
    started = time.monotonic()
    console = Console(stderr=True, highlight=False)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Working the company out", total=None)

        def report(table: str, rows: int) -> None:
            if console.is_terminal:
                bar.update(task, description=f"{table}: {rows:,} rows")
            elif rows:
                typer.echo(f"{table}: {rows} rows", err=True)

        summary = generate(source, odoo_version=odoo_version, scale=Scale(scale), seed=seed, today=end, progress=report)
    filled = sum(1 for rows in summary.rows.values() if rows)
    seconds = time.monotonic() - started
    typer.echo(
        f"Odoo {odoo_version}, {scale}: {summary.total:,} rows in {filled} tables,"
        f" {summary.rows['account_move_line']:,} of them journal items, in {seconds:.0f} s."
    )
