"""`odoo-lake report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from odoo_lake.cli.options import AsOf, LakeUrl, day_of, lake_of
from odoo_lake.report.write import default_path, write_report
from odoo_lake.workspace import open_workspace


def report(
    lake: LakeUrl = "",
    output: Annotated[
        Path | None, typer.Option(help="The file; report.html in the lake's folder by default.", show_default=False)
    ] = None,
    as_of: AsOf = "",
) -> None:
    """Write what is published as one self-contained HTML page."""
    place = lake_of(lake)
    state = open_workspace().state(day_of(as_of, "--as-of") if as_of else None)
    typer.echo(f"report: {write_report(place, state, output or default_path(place, state))}")
