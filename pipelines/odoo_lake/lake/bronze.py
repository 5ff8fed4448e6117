"""Bronze rows: Airbyte's columns, PostgreSQL's types in DuckDB's words, and the newest version of each key."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from odoo_lake.contracts.model import Column, Privacy
from odoo_lake.lake.duck import identifier, quoted

EXTRACTED_AT = "_airbyte_extracted_at"
DELETED_AT = "_ab_cdc_deleted_at"
META_TYPE = "struct(changes struct(field varchar, change varchar, reason varchar)[], sync_id bigint)"
AIRBYTE_COLUMNS: Mapping[str, str] = {
    "_airbyte_raw_id": "varchar",
    EXTRACTED_AT: "timestamp",
    "_airbyte_meta": META_TYPE,
    "_airbyte_generation_id": "bigint",
}
_ROW_NUMBER_DIGITS = 12
_DUCKDB_TYPES = {
    "integer": "integer",
    "bigint": "bigint",
    "smallint": "smallint",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "double precision": "double",
    "text": "varchar",
    # JSON travels as text, as Airbyte writes it.
    "jsonb": "varchar",
}
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")


def duckdb_type(column: Column) -> str:
    """The DuckDB type of a bronze column."""
    if column.privacy is Privacy.HASH:
        return "varchar"
    numeric = _NUMERIC.fullmatch(column.bronze_type)
    return f"decimal({numeric[1]},{numeric[2]})" if numeric else _DUCKDB_TYPES[column.bronze_type]


def airbyte_columns(run: uuid.UUID, part: str, extracted_at: datetime) -> str:
    """A select list of the four columns; a raw id is unique to run, part and row."""
    prefix = str(uuid.uuid5(run, part))[:-_ROW_NUMBER_DIGITS]
    # Decimal digits are hexadecimal digits too, and cost a third less to print.
    number = f"({10 ** (_ROW_NUMBER_DIGITS - 1)} + row_number() over ())"
    return (
        f"{quoted(prefix)} || {number} as _airbyte_raw_id, "
        f"{quoted(_naive(extracted_at))}::timestamp as {EXTRACTED_AT}, "
        f"{{'changes': [], 'sync_id': 0}}::{META_TYPE} as _airbyte_meta, "
        "0::bigint as _airbyte_generation_id"
    )


def deletion_mark(extracted_at: datetime) -> str:
    """The column that marks a row of deletion, as Airbyte's change data capture writes it: ISO 8601 text."""
    return f"{quoted(extracted_at.isoformat(timespec='milliseconds'))} as {DELETED_AT}"


def bronze_types(columns: Iterable[Column]) -> dict[str, str]:
    """Column to DuckDB type of a bronze table: the contract's columns, then what every bronze table has."""
    return {**{c.name: duckdb_type(c) for c in columns}, **AIRBYTE_COLUMNS, DELETED_AT: "varchar"}


def bronze_rows(urls: Sequence[str], types: Mapping[str, str]) -> str:
    """A query over bronze files with exactly these columns and types; what no file has is NULL."""
    nothing = "select " + ", ".join(f"null::{t} as {identifier(name)}" for name, t in types.items()) + " where false"
    if not urls:
        return nothing
    files = ", ".join(quoted(url) for url in urls)
    cast = ", ".join(f"cast({identifier(name)} as {t}) as {identifier(name)}" for name, t in types.items())
    return (
        f"select {cast} from ({nothing} union all by name select * from read_parquet([{files}], union_by_name = true))"
    )


def newest_rows(rows: str, key: Sequence[str]) -> str:
    """Of a query over bronze rows, the newest row of each key, rows of deletion left out."""
    keys = ", ".join(identifier(name) for name in key)
    return (
        f"with versions as ({rows}),"
        f" repeated as (select {keys}, max({EXTRACTED_AT}) as newest_at from versions"
        f" group by {keys} having count(*) > 1)"
        f" select versions.* from versions left join repeated using ({keys})"
        f" where (newest_at is null or {EXTRACTED_AT} = newest_at) and {DELETED_AT} is null"
    )


def _naive(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
