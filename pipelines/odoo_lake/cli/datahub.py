"""`odoo-lake datahub`: what the data catalogue is told about this project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from odoo_lake.errors import UserError
from odoo_lake.workspace import open_workspace

app = typer.Typer(name="datahub", help="What DataHub is told about this project.", no_args_is_help=True)
MANIFEST, LINEAGE = "manifest.json", "lineage.json"


@app.callback()
def _datahub() -> None:
    """What DataHub is told about this project."""


@app.command()
def export(
    directory: Annotated[Path, typer.Option("--directory", help="The folder that the files are written to.")],
    source_database: Annotated[str, typer.Option("--source-database", help="The name of Odoo's database.")],
) -> None:
    """Write dbt's manifest and the lineage of Dagster's jobs, for DataHub's recipes to read."""
    from odoo_lake.datahub.lineage import bronze_origin, job_lineage
    from odoo_lake.datahub.manifest import trino_manifest
    from odoo_lake.orchestration.definitions import defs
    from odoo_lake.orchestration.lakehouse import project_manifest

    if not directory.is_dir():
        raise UserError(
            f"--directory is {directory}, which is no folder.", "Nothing was written.", "Name one that exists."
        )
    workspace = open_workspace()
    manifest = trino_manifest(project_manifest(workspace.project))
    changes = [
        *bronze_origin(workspace.catalogue, source_database),
        *job_lineage(defs, workspace.catalogue, source_database),
    ]
    for name, content in ((MANIFEST, manifest), (LINEAGE, changes)):
        (directory / name).write_text(json.dumps(content))
        typer.echo(f"wrote {directory / name}")
