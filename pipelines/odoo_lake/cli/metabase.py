"""`odoo-lake metabase`: Metabase's database and dashboards as code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from odoo_lake.metabase.apply import apply as apply_objects
from odoo_lake.metabase.config import load_config, load_secrets

app = typer.Typer(name="metabase", help="Metabase's database and dashboards.", no_args_is_help=True)


@app.callback()
def _metabase() -> None:
    """Metabase's database and dashboards."""


@app.command()
def apply(
    config: Annotated[Path, typer.Option("--config", help="The file that says where Metabase and gold are.")],
) -> None:
    """Create or correct the administrator, the database and a dashboard per domain; a second run changes nothing."""
    for outcome in apply_objects(load_config(config), load_secrets()):
        typer.echo(f"{outcome.kind} {outcome.name}: {outcome.action}")
