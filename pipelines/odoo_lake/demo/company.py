"""The demo's Odoo: a sample company in a database of its own, and the login that reads it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg

from odoo_lake.sample import Scale, generate
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.source.grants import grant_statements
from odoo_lake.source.odoo import inspect
from odoo_lake.workspace import Workspace

DATABASE = "odoo"
READER = "odoo_lake_reader"
_UNFINISHED = "odoo_unfinished"


@dataclass(frozen=True)
class Company:
    """What decides every row of a sample."""

    odoo_version: int
    scale: Scale
    seed: int
    today: date

    @property
    def description(self) -> str:
        """Text that two companies share only if they are the same."""
        return json.dumps({**self.__dict__, "today": self.today.isoformat()}, sort_keys=True)


def is_filled(server: EmbeddedPostgres, company: Company) -> bool:
    """True when the server's database holds this very company, complete."""
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = %s", [DATABASE]
        ).fetchone()
    return row == (company.description,)


def fill(server: EmbeddedPostgres, company: Company, lake: Path) -> int:
    """Make the company, and remove the lake of another one; return the number of rows.

    The database gets its name when it is complete, so a fill that was killed is begun anew.
    """
    server.execute(f'drop database if exists "{DATABASE}" with (force)')
    shutil.rmtree(lake, ignore_errors=True)
    url = server.recreate_database(_UNFINISHED)
    summary = generate(
        url, odoo_version=company.odoo_version, scale=company.scale, seed=company.seed, today=company.today
    )
    # Without statistics PostgreSQL plans the figure queries as if every table were empty.
    server.execute("analyze", _UNFINISHED)
    server.execute(f"comment on database \"{_UNFINISHED}\" is '{company.description}'")
    server.execute(f'alter database "{_UNFINISHED}" rename to "{DATABASE}"')
    return summary.total


def grant_reading(server: EmbeddedPostgres, workspace: Workspace) -> str:
    """Let the reader see what `odoo-lake grants` prints and nothing else; return its URL."""
    address = workspace.source(server.url(DATABASE))
    with address.connect() as connection:
        database = inspect(connection, address, workspace.catalogue)
    for statement in grant_statements(workspace.catalogue, database, DATABASE, READER):
        server.execute(statement, DATABASE)
    return server.url(DATABASE, user=READER)
