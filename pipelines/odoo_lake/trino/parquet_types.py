"""What Parquet files hold, in Trino's types: the table entry in the metastore follows from the files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from odoo_lake.contracts.model import Column
from odoo_lake.errors import UserError
from odoo_lake.lake.bronze import AIRBYTE_COLUMNS, DELETED_AT, duckdb_type
from odoo_lake.lake.duck import quoted

META_TYPE = "row(changes array(row(field varchar, change varchar, reason varchar)), sync_id bigint)"
BRONZE_COLUMNS: Mapping[str, str] = {
    name: META_TYPE if name == "_airbyte_meta" else ("timestamp(6)" if kind == "timestamp" else kind)
    for name, kind in {**AIRBYTE_COLUMNS, DELETED_AT: "varchar"}.items()
}
"""What every bronze table has, whether or not a file holds it."""

_INTEGERS = ("smallint", "integer", "bigint")
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
_GREATEST_PRECISION = 38
_PLAIN = {"BOOLEAN": "boolean", "FLOAT": "real", "DOUBLE": "double", "INT96": "timestamp(6)", "BYTE_ARRAY": "varchar"}


def contract_type(column: Column) -> str:
    """The Trino type of a column of a contract."""
    found = duckdb_type(column)
    return "timestamp(6)" if found == "timestamp" else found


def file_types(duck: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> dict[str, dict[str, str]]:
    """File to column to Trino type, from the files' own schemas; columns with parts are left out."""
    files = ", ".join(quoted(url) for url in urls)
    rows = duck.execute(
        "select file_name, name, type, converted_type, logical_type, precision, scale, num_children"
        f" from parquet_schema([{files}])"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    inside = 0
    for url, name, physical, converted, logical, precision, scale, children in rows:
        if url not in found:
            # The first entry of a file is its root.
            found[url] = {}
        elif inside:
            inside += (children or 0) - 1
        elif children:
            inside = children
        else:
            found[url][name] = _type(name, physical, f"{converted or ''} {logical or ''}", precision, scale)
    return found


def widest(types: set[str]) -> str | None:
    """The type that Trino reads all of these as; None when there is none."""
    if len(types) == 1:
        return next(iter(types))
    if types <= set(_INTEGERS):
        return max(types, key=_INTEGERS.index)
    if types <= {"real", "double"}:
        return "double"
    decimals = [_DECIMAL.fullmatch(name) for name in types]
    if all(decimals):
        sizes = [(int(found[1]), int(found[2])) for found in decimals if found]
        scale = max(scale for _, scale in sizes)
        precision = max(precision - scale for precision, scale in sizes) + scale
        return f"decimal({precision},{scale})" if precision <= _GREATEST_PRECISION else None
    return None


def _type(name: str, physical: str, annotation: str, precision: Any, scale: Any) -> str:
    if "DECIMAL" in annotation.upper():
        return f"decimal({precision},{scale})"
    if "TIMESTAMP" in annotation.upper():
        return "timestamp(6)"
    if "DATE" in annotation.upper():
        return "date"
    if physical in ("INT32", "INT64") and "TIME" not in annotation.upper():
        if "INT_8" in annotation or "INT_16" in annotation:
            return "smallint"
        return "integer" if physical == "INT32" else "bigint"
    if physical in _PLAIN:
        return _PLAIN[physical]
    raise UserError(
        f"Column {name} of bronze has the Parquet type {physical} {annotation.strip()}.",
        "The metastore has no type for it, so its table can't be registered.",
        "Leave the column out of the extraction, or have it written as text.",
    )
