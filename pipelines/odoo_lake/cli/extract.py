"""`odoo-lake extract`, `sweep` and `grants`."""

from __future__ import annotations

from typing import Annotated

import typer

from odoo_lake.cli.options import AcceptSchemaChanges, LakeUrl, SourceUrl, Wait, lake_of, required_source
from odoo_lake.extract.request import Request
from odoo_lake.extract.run import Outcome
from odoo_lake.lake.state import LakeState
from odoo_lake.progress import reporting
from odoo_lake.source.grants import grant_statements, monitoring_statements
from odoo_lake.source.odoo import inspect
from odoo_lake.workspace import HASH_KEY_VARIABLE, Workspace, open_workspace


def extract(
    source: SourceUrl = "",
    lake: LakeUrl = "",
    full: Annotated[bool, typer.Option("--full", help="Compare every table with its source row by row.")] = False,
    accept_schema_changes: AcceptSchemaChanges = False,
    wait: Wait = 0,
) -> None:
    """Read what changed in Odoo into bronze, from one snapshot, in one commit."""
    workspace = open_workspace()
    request = workspace.extraction(
        workspace.source(required_source(source)),
        lake_of(lake),
        compare_tables=frozenset(workspace.catalogue) if full else frozenset(),
        accept_schema_changes=accept_schema_changes,
        wait_seconds=wait,
    )
    _extract(workspace, request)


def sweep(
    source: SourceUrl = "",
    lake: LakeUrl = "",
    accept_schema_changes: AcceptSchemaChanges = False,
    wait: Wait = 0,
) -> None:
    """Take over what Airbyte landed in bronze, and read what it can't see or has missed: deletions, late changes."""
    workspace = open_workspace()
    request = workspace.extraction(
        workspace.source(required_source(source)),
        lake_of(lake),
        lands_elsewhere=True,
        accept_schema_changes=accept_schema_changes,
        wait_seconds=wait,
    )
    _extract(workspace, request)


def grants(
    source: SourceUrl = "",
    role: Annotated[str, typer.Option(help="The login to create.")] = "odoo_lake_reader",
    monitoring: Annotated[
        bool,
        typer.Option("--monitoring", help="Instead of columns, the server's statistics: what query-exporter reads."),
    ] = False,
) -> None:
    """Print the SQL of a read-only login with exactly the columns that the contracts allow."""
    workspace = open_workspace()
    address = workspace.source(required_source(source))
    if monitoring:
        for statement in monitoring_statements(address.database, role):
            typer.echo(statement)
        return
    with address.connect() as connection:
        database = inspect(connection, address, workspace.catalogue)
    for statement in grant_statements(workspace.catalogue, database, address.database, role):
        typer.echo(statement)


def _extract(workspace: Workspace, request: Request) -> None:
    outcome = workspace.pipeline(request.lake, LakeState(), reporting).extract(request)
    for line in outcome_lines(outcome, with_hash_key=request.hash_key is not None):
        typer.echo(line)


def outcome_lines(outcome: Outcome, *, with_hash_key: bool) -> list[str]:
    """What a run found and did, in the user's words."""
    commit = outcome.commit
    tables = commit.tables.values()
    lines = [
        f"Odoo {commit.odoo_full_version}, {len(commit.modules)} modules, {len(commit.tables)} tables",
        f"run {commit.run_id}: {sum(t.rows_written for t in tables):,} rows written,"
        f" {sum(t.rows_deleted for t in tables):,} deletions",
    ]
    lines += [
        f"custom columns of {relation}, not read: {', '.join(columns)} (odoo-lake contract propose)"
        for relation, columns in outcome.custom_columns.items()
    ]
    if not with_hash_key:
        lines.append(f"{HASH_KEY_VARIABLE} is not set: columns to be hashed were left out")
    return lines
