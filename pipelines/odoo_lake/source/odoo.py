"""What the source is: Odoo's version, its modules, and the tables and columns that are there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import ODOO_VERSIONS
from odoo_lake.errors import UserError
from odoo_lake.source.connection import Source

# What PostgreSQL keeps beside every row: the transaction that wrote it, and where it lies.
ROW_VERSION = "xmin"
ROW_ADDRESS = "ctid"
DETECTION_RELATION = "ir_module_module"
DETECTION_COLUMNS = ("name", "state", "latest_version")
_INSTALLED = ("installed", "to upgrade", "to remove")
# "18.0.1.3", and "saas~18.2.1.3" on Odoo's own hosting.
_BASE_VERSION = re.compile(r"^(?:saas[~-])?(\d+)\.")


@dataclass(frozen=True)
class Relation:
    """One table of the source: column name to PostgreSQL type, and its size when last analysed."""

    columns: Mapping[str, str]
    unreadable: frozenset[str]
    """Columns that this login may not select; system columns too."""
    pages: int
    estimated_rows: int


@dataclass(frozen=True)
class OdooDatabase:
    """What was found at the source."""

    version: int
    full_version: str
    modules: frozenset[str]
    relations: Mapping[str, Relation]
    identity: str
    """Changes when the database is restored, copied or replaced: row versions of before then mean nothing."""
    server_version: int

    def has_column(self, relation: str, column: str) -> bool:
        return relation in self.relations and column in self.relations[relation].columns


def inspect(connection: psycopg.Connection[tuple[Any, ...]], source: Source, catalogue: Catalogue) -> OdooDatabase:
    """Read version, modules and structure; raises UserError when this is no supported Odoo database."""
    full_version, modules = _modules(connection, source)
    found = _BASE_VERSION.match(full_version)
    version = int(found.group(1)) if found else 0
    if version not in ODOO_VERSIONS:
        raise UserError(
            f"{source.label} is Odoo {full_version}.",
            f"Only Odoo {ODOO_VERSIONS[0]} to {ODOO_VERSIONS[-1]} are understood; other tables mean other things.",
            "Use a release of this kit that supports it.",
        )
    return OdooDatabase(
        version=version,
        full_version=full_version,
        modules=modules,
        relations=_relations(connection, sorted({contract.relation for contract in catalogue.values()})),
        identity=_identity(connection),
        server_version=connection.info.server_version,
    )


def _modules(connection: psycopg.Connection[tuple[Any, ...]], source: Source) -> tuple[str, frozenset[str]]:
    present = connection.execute("select to_regclass(%s) is not null", [f"public.{DETECTION_RELATION}"]).fetchone()
    if present != (True,):
        raise UserError(
            f"{source.label} is not an Odoo database: it has no table {DETECTION_RELATION}.",
            "Nothing was read and the lake is unchanged.",
            "Point --source at the database that Odoo itself uses.",
        )
    try:
        rows = connection.execute(
            f"select name, latest_version from public.{DETECTION_RELATION} where state = any(%s)", [list(_INSTALLED)]
        ).fetchall()
    except psycopg.errors.InsufficientPrivilege as error:
        raise UserError(
            f"The login may not read {DETECTION_RELATION}.",
            "Odoo's version is unknown without it.",
            f"grant select ({', '.join(DETECTION_COLUMNS)}) on public.{DETECTION_RELATION} to {_user(connection)};"
            " -- `odoo-lake grants` prints all that is needed",
        ) from error
    versions = dict(rows)
    if not versions.get("base"):
        raise UserError(
            f"{source.label} is not a ready Odoo database: its module `base` is not installed.",
            "Nothing was read and the lake is unchanged.",
            "Finish the installation or the upgrade of Odoo, then run again.",
        )
    return str(versions["base"]), frozenset(versions)


def _user(connection: psycopg.Connection[tuple[Any, ...]]) -> str:
    return f'"{connection.info.user}"'


def _relations(connection: psycopg.Connection[tuple[Any, ...]], names: list[str]) -> dict[str, Relation]:
    # Only tables: Odoo keeps SQL views of the same shape in the schema.
    rows = connection.execute(
        """
        select c.relname, pg_relation_size(c.oid) / current_setting('block_size')::int, greatest(c.reltuples, 0)::int8,
               jsonb_object_agg(a.attname, format_type(a.atttypid, null)) filter (where a.attnum > 0),
               array_agg(a.attname::text) filter (where not has_column_privilege(c.oid, a.attnum, 'select'))
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and (a.attnum > 0 or a.attname in ('xmin', 'ctid'))
            and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname = any(%s)
        group by c.oid, c.relname, c.reltuples
        """,
        [names],
    ).fetchall()
    return {
        name: Relation(columns=columns, unreadable=frozenset(unreadable or ()), pages=pages, estimated_rows=count)
        for name, pages, count, columns, unreadable in rows
    }


def _identity(connection: psycopg.Connection[tuple[Any, ...]]) -> str:
    # The cluster's identifier is not everyone's to read; the database's own number always is.
    row = connection.execute(
        """
        select oid || '-' || case
            when has_function_privilege('pg_control_system()', 'execute')
            then (select system_identifier::text from pg_control_system()) else '' end
        from pg_database where datname = current_database()
        """
    ).fetchone()
    return str(row[0]) if row else ""
