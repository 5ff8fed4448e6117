"""The PostgreSQL database that becomes an Odoo database: tables, rows, primary keys, one view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psycopg

from odoo_lake.errors import UserError
from odoo_lake.sample.columns import Column, Content, Table, known_columns, tables
from odoo_lake.sample.engine import Engine

# The share of records on which a text that nobody computes is filled in at all.
_FILLED_PERCENT = 40

_DUCKDB_TYPES = {
    "integer": "integer",
    "boolean": "boolean",
    "double precision": "double",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "text": "varchar",
    "jsonb": "json",
    "bytea": "blob",
}

# Odoo keeps SQL views beside its tables; this is one of them, much reduced.
_VIEW = """
    create view report_stock_quantity as
    select product_id, date::date as date, state, product_qty, company_id, warehouse_id
    from stock_move
    where state not in ('draft', 'cancel')
"""


@dataclass(frozen=True)
class _Copy:
    """How one table is filled: the columns that are written, their expressions, and the types they need first."""

    table: Table
    columns: tuple[str, ...]
    query: str
    numeric_types: Mapping[str, str]


def refuse_unless_empty(source_url: str) -> None:
    """Raise unless the database can be reached and has nothing in the schema `public`."""
    try:
        with psycopg.connect(source_url, connect_timeout=10) as connection:
            rows = connection.execute(
                "select relname::text from pg_class where relkind in ('r', 'p', 'v', 'm', 'f')"
                " and relnamespace = to_regnamespace('public') order by relname limit 1"
            ).fetchall()
            name = connection.info.dbname
    except psycopg.OperationalError as error:
        raise UserError(
            f"The database cannot be reached: {str(error).strip().splitlines()[0]}",
            "No sample company can be written.",
            "Give the address of a running server and of a database that exists, such as postgresql://user@host/name.",
        ) from error
    if rows:
        raise UserError(
            f"Database {name} is not empty: it has {rows[0][0]} in schema public.",
            "A sample company would mix with what is there.",
            "Create an empty database (createdb odoo_sample) and give its address.",
        )


def write(
    engine: Engine, source_url: str, odoo_version: int, progress: Callable[[str, int], None] | None
) -> dict[str, int]:
    """Create every table of the version, fill those that the engine has, and return the rows of each."""
    filled = engine.odoo_views()
    copies = {
        name: _copy(engine, table, odoo_version) if name in filled else _Copy(table, (), "", {})
        for name, table in tables(odoo_version).items()
    }
    unknown = filled - set(known_columns())
    if unknown:
        raise ValueError(f"no Odoo version has the tables {sorted(unknown)}")
    rows: dict[str, int] = {}
    with psycopg.connect(source_url, autocommit=True) as connection:
        for copy in copies.values():
            connection.execute(_create_table(copy).encode())
        engine.load_postgres_extension()
        engine.connection.execute(f"attach '{source_url.replace(chr(39), chr(39) * 2)}' as target (type postgres)")
        try:
            for name, copy in copies.items():
                rows[name] = _fill(engine, connection, copy)
                if progress is not None:
                    progress(name, rows[name])
        finally:
            engine.connection.execute("detach target")
        connection.execute(_VIEW.encode())
    return rows


def _fill(engine: Engine, connection: psycopg.Connection, copy: _Copy) -> int:
    rows = 0
    if copy.columns:
        columns = ", ".join(f'"{column}"' for column in copy.columns)
        result = engine.connection.execute(
            f'insert into target.public."{copy.table.name}" ({columns}) {copy.query}'
        ).fetchone()
        rows = int(result[0]) if result else 0
    changes = [f'alter column "{column}" type numeric' for column in copy.numeric_types]
    keys = ", ".join(f'"{column}"' for column in copy.table.primary_key)
    changes.append(f"add primary key ({keys})")
    connection.execute(f'alter table "{copy.table.name}" {", ".join(changes)}'.encode())
    return rows


def _create_table(copy: _Copy) -> str:
    def definition(column: Column) -> str:
        type_ = copy.numeric_types.get(column.name, column.type)
        return f'"{column.name}" {type_}{" not null" if column.not_null else ""}'

    return f'create table "{copy.table.name}" ({", ".join(definition(column) for column in copy.table.columns)})'


def _copy(engine: Engine, table: Table, odoo_version: int) -> _Copy:
    types = engine.types_of(table.name)
    strangers = set(types) - known_columns()[table.name]
    if strangers:
        raise ValueError(f"{table.name} has the columns {sorted(strangers)} in no Odoo version")
    columns: list[str] = []
    expressions: list[str] = []
    numeric_types: dict[str, str] = {}
    for column in table.columns:
        expression = _expression(table, column, types)
        if expression is None:
            if column.not_null:
                raise ValueError(f"{table.name}.{column.name} of Odoo {odoo_version} may not be null, and has no value")
            continue
        columns.append(column.name)
        expressions.append(expression)
        if column.type == "numeric":
            numeric_types[column.name] = _numeric_type(table, column, types)
    return _Copy(table, tuple(columns), f"select {', '.join(expressions)} from odoo.{table.name}", numeric_types)


def _numeric_type(table: Table, column: Column, types: Mapping[str, str]) -> str:
    """The exact type that DuckDB's writer needs; PostgreSQL drops the limit later without touching the rows."""
    type_ = types.get(column.name, "INTEGER")
    if type_.startswith("DECIMAL"):
        return type_.replace("DECIMAL", "numeric")
    if type_ in {"INTEGER", "BIGINT"}:
        return "numeric(18,0)"
    raise ValueError(f"{table.name}.{column.name} is {type_}; an amount is a decimal")


def _expression(table: Table, column: Column, types: Mapping[str, str]) -> str | None:
    """What is written to the column: what the engine has, a marked text, Odoo's default, or nothing."""
    quoted = f'"{column.name}"'
    if column.name in types:
        return _marked(column, _cast(column, quoted, types[column.name]))
    if column.content is not Content.PLAIN and "id" in types:
        return _marked_text(table, column)
    if column.default:
        return _cast_literal(column)
    if column.name in {"create_date", "write_date"}:
        return "getvariable('start')::timestamp"
    return None


def _cast(column: Column, expression: str, type_: str) -> str:
    if column.type == "numeric":
        return expression
    if column.type == "jsonb" and type_ == "VARCHAR":
        # A text that is translated in this version.
        return f"case when {expression} is not null then json_object('en_US', {expression}) end"
    if column.type.startswith("character varying"):
        return f"{expression}::varchar"
    return f"{expression}::{_DUCKDB_TYPES[column.type]}"


def _cast_literal(column: Column) -> str:
    literal = "'" + column.default.replace("'", "''") + "'"
    if column.type == "numeric":
        return f"{literal}::decimal(18,0)"
    if column.type.startswith("character varying"):
        return literal
    return f"{literal}::{_DUCKDB_TYPES[column.type]}"


def _marked(column: Column, expression: str) -> str:
    """The expression, with the marker of the column's content in every value."""
    marker = column.content.marker
    if not marker or column.type == "jsonb":
        return expression
    return f"case when contains({expression}, '{marker}') then {expression} else {expression} || ' {marker}' end"


def _marked_text(table: Table, column: Column) -> str:
    marker = column.content.marker
    text = f"'{column.name.replace('_', ' ')} {marker} ' || id"
    if column.type == "jsonb":
        text = f"json_object('{column.name}', {text})"
    return f"case when hash(id, '{table.name}.{column.name}') % 100 < {_FILLED_PERCENT} then {text} end"
