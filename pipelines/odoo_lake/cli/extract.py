"""`odoo-lake extract` and `odoo-lake grants`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from odoo_lake.cli.options import AcceptSchemaChanges, LakeUrl, SourceUrl, Wait, lake_of, source_of
from odoo_lake.contracts.catalogue import load_catalogue
from odoo_lake.extract.request import Request
from odoo_lake.extract.run import HASH_KEY_VARIABLE, Outcome
from odoo_lake.extract.run import extract as run_extraction
from odoo_lake.progress import reporting
from odoo_lake.project import find_project
from odoo_lake.settings import load_settings
from odoo_lake.source.grants import grant_statements
from odoo_lake.source.odoo import inspect


def extract(
    source: SourceUrl = "",
    lake: LakeUrl = "",
    full: Annotated[bool, typer.Option("--full", help="Compare every table with its source row by row.")] = False,
    accept_schema_changes: AcceptSchemaChanges = False,
    wait: Wait = 0,
) -> None:
    """Read what changed in Odoo into bronze, from one snapshot, in one commit."""
    project = find_project()
    settings = load_settings(project.settings_file)
    catalogue = load_catalogue(project.contracts).with_privacy(settings.privacy)
    request = Request(
        source=source_of(source, settings.extraction),
        lake=lake_of(lake),
        catalogue=catalogue,
        settings=settings.extraction,
        as_of=datetime.now(UTC).date(),
        hash_key=os.environ.get(HASH_KEY_VARIABLE),
        compare_tables=frozenset(catalogue) if full else frozenset(),
        accept_schema_changes=accept_schema_changes,
        wait_seconds=wait,
    )
    with reporting("extract") as report:
        outcome = run_extraction(request, report)
    _print_outcome(Console(), outcome, with_hash_key=bool(request.hash_key))


def grants(
    source: SourceUrl = "",
    role: Annotated[str, typer.Option(help="The login to create.")] = "odoo_lake_reader",
) -> None:
    """Print the SQL of a read-only login with exactly the columns that the contracts allow."""
    project = find_project()
    settings = load_settings(project.settings_file)
    catalogue = load_catalogue(project.contracts).with_privacy(settings.privacy)
    address = source_of(source, settings.extraction)
    with address.connect() as connection:
        database = inspect(connection, address, catalogue)
    for statement in grant_statements(catalogue, database, address.database, role):
        typer.echo(statement)


def _print_outcome(console: Console, outcome: Outcome, *, with_hash_key: bool) -> None:
    commit = outcome.commit
    tables = commit.tables.values()
    console.print(f"Odoo {commit.odoo_full_version}, {len(commit.modules)} modules, {len(commit.tables)} tables")
    console.print(
        f"run {commit.run_id}: {sum(t.rows_written for t in tables):,} rows written, "
        f"{sum(t.rows_deleted for t in tables):,} deletions"
    )
    for relation, columns in outcome.custom_columns.items():
        console.print(f"custom columns of {relation}, not read: {', '.join(columns)} (odoo-lake contract propose)")
    if not with_hash_key:
        console.print(f"{HASH_KEY_VARIABLE} is not set: columns to be hashed were left out")
