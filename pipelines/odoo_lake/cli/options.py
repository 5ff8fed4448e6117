"""Options that several commands share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from odoo_lake.errors import UserError
from odoo_lake.lake.location import LAKE_VARIABLE, Lake, parse_lake
from odoo_lake.source.connection import SOURCE_VARIABLE

SourceUrl = Annotated[
    str, typer.Option("--source", envvar=SOURCE_VARIABLE, show_envvar=True, help="PostgreSQL URL of the Odoo database.")
]
LakeUrl = Annotated[
    str, typer.Option("--lake", envvar=LAKE_VARIABLE, show_envvar=True, help="Folder or s3:// name of the lake.")
]
Wait = Annotated[float, typer.Option("--wait", help="Seconds to wait for another run on the same lake.")]
AcceptSchemaChanges = Annotated[
    bool, typer.Option("--accept-schema-changes", help="Go on although columns or tables went away in Odoo.")
]
ReportPath = Annotated[
    Path | None,
    typer.Option(
        "--report", help="File of the report; report.html in the lake's folder by default.", show_default=False
    ),
]
AsOf = Annotated[str, typer.Option("--as-of", help="A past day, as 2026-01-31; its state is kept apart.")]


def required_source(url: str) -> str:
    """The URL; raises UserError when none is given."""
    if not url:
        raise UserError("No source is given.", "There is nothing to read.", f"Give --source or set {SOURCE_VARIABLE}.")
    return url


def lake_of(url: str) -> Lake:
    if not url:
        raise UserError("No lake is given.", "There is no place to write.", f"Give --lake or set {LAKE_VARIABLE}.")
    return parse_lake(url)


def day_of(text: str, option: str) -> date:
    """An ISO date; raises UserError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{option} is {text!r}.", "It is not a day.", "Write it as 2026-01-31.") from error
