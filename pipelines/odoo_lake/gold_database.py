"""A copy of gold in PostgreSQL, for tools that can't read the lake.

The copy is written beside the one that readers see; then the schemas change names in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from odoo_lake.build.publish import PublishedTable, read_publication
from odoo_lake.errors import UserError
from odoo_lake.lake.duck import identifier, load_extension, open_duckdb, quoted
from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import LakeState

SCHEMA = "gold"
NEXT, FORMER = "gold_next", "gold_former"
# Two copies at once would drop each other's tables.
COPY_LOCK = 7_206_114
# A reader in the middle of a long query keeps the former copy a little longer, never the new one.
DROP_WAIT = "5s"


def publish_gold(lake: Lake, state: LakeState, url: str, reader: str | None) -> dict[str, int]:
    """Copy every published gold table into the database; rows per table.

    `reader` is an existing role that may read the schema and nothing else. Raises UserError and leaves the present copy
    when anything fails.
    """
    publication = read_publication(lake, state)
    if publication is None:
        raise UserError(
            f"Nothing is published for {state.label} of {lake.root}.",
            "There is nothing to copy.",
            f"Run `{state.run_command}`.",
        )
    tables = [table for table in publication.tables if table.table_schema == SCHEMA]
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            _lock(connection)
            _prepare(connection)
            _copy(lake, tables, connection)
            _switch(connection, reader)
            _drop_former(connection)
    except psycopg.Error as error:
        raise _failed(url, error) from None
    return {table.name: table.rows for table in tables}


def _lock(connection: psycopg.Connection) -> None:
    row = connection.execute("select pg_try_advisory_lock(%s)", [COPY_LOCK]).fetchone()
    if row is None or not row[0]:
        raise UserError(
            "Another copy of gold into this database is under way.",
            "Nothing was changed.",
            "Wait for it; the copy that it makes is complete.",
        )


def _prepare(connection: psycopg.Connection) -> None:
    for schema in (NEXT, FORMER):
        connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))
    connection.execute(sql.SQL("create schema {}").format(sql.Identifier(NEXT)))


def _copy(lake: Lake, tables: Iterable[PublishedTable], connection: psycopg.Connection) -> None:
    with open_duckdb() as duck:
        lake.grant_access(duck)
        load_extension(duck, "postgres_scanner")
        duck.execute(f"attach {quoted(_conninfo(connection))} as target (type postgres)")
        for table in tables:
            url = lake.layer(SCHEMA).url(table.path)
            try:
                duck.execute(f"create table target.{NEXT}.{identifier(table.name)} as from read_parquet({quoted(url)})")
            except duckdb.Error as error:
                raise UserError(
                    f"The copy of gold.{table.name} failed ({str(error).splitlines()[0]}).",
                    "Readers still see the former copy.",
                    "Look at the database's space and log, then publish again.",
                ) from None


def _switch(connection: psycopg.Connection, reader: str | None) -> None:
    with connection.transaction():
        if connection.execute("select 1 from pg_namespace where nspname = %s", [SCHEMA]).fetchone():
            connection.execute(f"alter schema {SCHEMA} rename to {FORMER}")
        connection.execute(f"alter schema {NEXT} rename to {SCHEMA}")
        if reader is not None:
            for statement in ("grant usage on schema {} to {}", "grant select on all tables in schema {} to {}"):
                connection.execute(sql.SQL(statement).format(sql.Identifier(SCHEMA), sql.Identifier(reader)))


def _drop_former(connection: psycopg.Connection) -> None:
    connection.execute(f"set lock_timeout = '{DROP_WAIT}'")
    try:
        connection.execute(f"drop schema if exists {FORMER} cascade")
    except psycopg.errors.LockNotAvailable:
        # The next copy drops it.
        return


def _conninfo(connection: psycopg.Connection) -> str:
    parameters = connection.info.get_parameters()
    return make_conninfo(**parameters, password=connection.info.password)


def _failed(url: str, error: psycopg.Error) -> UserError:
    try:
        target = conninfo_to_dict(url)
        where = f"{target.get('host', 'localhost')}/{target.get('dbname', '')}"
    except psycopg.Error:
        where = "the database"
    return UserError(
        f"Gold can't be copied to {where}: {str(error).strip().splitlines()[-1]}",
        "Readers still see the former copy, if there is one.",
        "Check the URL, the password and that the login owns the database.",
    )
