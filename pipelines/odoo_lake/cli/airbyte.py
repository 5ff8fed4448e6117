"""`odoo-lake airbyte`: Airbyte's objects as code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from odoo_lake.airbyte.apply import apply as apply_objects
from odoo_lake.airbyte.config import load_config, load_secrets
from odoo_lake.workspace import open_workspace

app = typer.Typer(name="airbyte", help="Airbyte's source, destination and connection.", no_args_is_help=True)


@app.callback()
def _airbyte() -> None:
    """Airbyte's source, destination and connection."""


@app.command()
def apply(
    config: Annotated[Path, typer.Option("--config", help="The file that says where Airbyte, Odoo and bronze are.")],
) -> None:
    """Create or correct what the contracts ask of Airbyte; a second run changes nothing."""
    for outcome in apply_objects(load_config(config), load_secrets(), open_workspace().catalogue):
        typer.echo(f"{outcome.kind} {outcome.name}: {outcome.action}")
