"""`odoo-lake contract`: check, extend and derive from the data contracts."""

from __future__ import annotations

import typer

from odoo_lake.cli.options import SourceUrl, required_source
from odoo_lake.contracts import dbt_sources
from odoo_lake.contracts.lint import lint as find_problems
from odoo_lake.project import find_project
from odoo_lake.source.odoo import inspect
from odoo_lake.source.propose import propose as write_entries
from odoo_lake.workspace import open_workspace

app = typer.Typer(name="contract", help="The data contracts: what each source table means and what may be read.")


@app.command()
def lint() -> None:
    """Check every contract against the Open Data Contract Standard 3.2 and this project's rules."""
    problems = find_problems(find_project().contracts)
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo("all contracts are in order")


@app.command()
def propose(source: SourceUrl = "") -> None:
    """Add the custom columns (x_...) that Odoo has and no contract names, as sensitive and dropped."""
    workspace = open_workspace()
    address = workspace.source(required_source(source))
    with address.connect() as connection:
        database = inspect(connection, address, workspace.catalogue)
    added = write_entries(workspace.project.contracts, workspace.catalogue, database)
    for table, columns in added.items():
        typer.echo(f"{table}: {', '.join(columns)}")
    typer.echo("decide for each: its classification, and privacy drop, hash or keep" if added else "nothing to add")


@app.command()
def sources() -> None:
    """Write dbt's source definitions from the contracts."""
    workspace = open_workspace()
    path = workspace.project.dbt / dbt_sources.FILE
    path.write_text(dbt_sources.sources_yaml(workspace.catalogue))
    typer.echo(str(path))


@app.command()
def personal() -> None:
    """List every sensitive column and what happens to it."""
    for contract in open_workspace().catalogue.values():
        for column in contract.columns:
            if column.is_sensitive:
                typer.echo(f"{column.privacy:5} {contract.table}.{column.name}")
