"""The lake's side of a reconciliation, taken from Trino into DuckDB, where it is compared."""

from __future__ import annotations

import re
import uuid

import duckdb
import pyarrow  # type: ignore[import-untyped]

from odoo_lake.lake.duck import identifier
from odoo_lake.reconcile.run import LakeRows
from odoo_lake.trino.connection import Session
from odoo_lake.trino.publish import BUILD_SUFFIX

_PUBLISHED_TABLE = re.compile(r"(?<![\w.'\"])(silver|gold)\.(?=[a-z_])")
_FIGURE = pyarrow.decimal128(38, 10)


def from_trino(session: Session, *, published: bool) -> LakeRows:
    """Rows of a check's query from what is published, or from what was built last."""

    def lake_rows(duck: duckdb.DuckDBPyConnection, query: str) -> str:
        statement = query if published else _PUBLISHED_TABLE.sub(rf"\1{BUILD_SUFFIX}.", query)
        columns, rows = session.table(statement)
        # A check has its keys as text and its figures as decimals.
        arrays = [
            pyarrow.array([row[i] for row in rows], type=_FIGURE if kind.startswith("decimal") else pyarrow.string())
            for i, kind in enumerate(columns.values())
        ]
        name = f"figures_{uuid.uuid4().hex}"
        duck.register(name, pyarrow.Table.from_arrays(arrays, names=list(columns)))
        return identifier(name)

    return lake_rows
