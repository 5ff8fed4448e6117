"""Results of a query over what is published, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from odoo_lake.build.publish import open_published
from odoo_lake.errors import UserError
from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import LakeState


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def query(lake: Lake, statement: str, form: Format, state: LakeState) -> str:
    """Run one statement over the schemas staging, silver and gold; raises UserError when it is wrong."""
    with open_published(lake, state) as duck:
        try:
            cursor = duck.execute(statement)
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchall()
        except duckdb.Error as error:
            raise UserError(
                f"The query failed: {str(error).strip()}",
                "It returned nothing.",
                "Tables are in the schemas staging, silver and gold; `show all tables` lists them.",
            ) from error
    return {Format.TABLE: _table, Format.CSV: _csv, Format.JSON: _json}[form](names, rows)


def _table(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    table = Table(*names)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    text = io.StringIO()
    width = 4 + sum(3 + max([len(name), *(len(str(row[i])) for row in rows)]) for i, name in enumerate(names))
    Console(file=text, width=width).print(table)
    return text.getvalue()


def _csv(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()


def _json(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=_plain, indent=1) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    # A decimal as a JSON number would become a float in most readers.
    return str(value) if isinstance(value, Decimal) else repr(value)
