"""Every silver and gold table on both engines, row by row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from odoo_lake.build.dbt import BUILD_COMMAND, Build
from odoo_lake.build.run import BuildInputs, prepare_build
from odoo_lake.lake.commits import read_log
from odoo_lake.lake.duck import open_duckdb
from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import LakeState
from odoo_lake.progress import Silent
from odoo_lake.trino.connection import Session
from odoo_lake.workspace import Workspace

_SHOWN = 3


def duckdb_build(workspace: Workspace, lake: Lake, as_of: date, options: Sequence[str] = ()) -> Path:
    """Build what the lake's bronze holds with DuckDB, publish nothing; gives the database's file."""
    build = Build(workspace.project, lake, workspace.catalogue, LakeState())
    variables = prepare_build(build, BuildInputs(read_log(lake.layer("bronze")), as_of, workspace.variables))
    invocation = build.invoke((*BUILD_COMMAND, *options), variables, Silent())
    assert not invocation.failures, invocation.failures[:3]
    return build.database


def differences(database: Path, session: Session, tables: Iterable[tuple[str, str]]) -> list[str]:
    """What is not the same of each table (schema, name): its types, or the first rows that only one engine has."""
    found = []
    with open_duckdb(str(database), read_only=True) as duck:
        for schema, name in tables:
            described = duck.execute(f"describe {schema}.{name}").fetchall()
            types = {row[0]: str(row[1]).lower() for row in described}
            columns = ", ".join(f'"{column}"' for column in types)
            ours = duck.execute(f"select {columns} from {schema}.{name}").fetchall()
            other_types, theirs = session.table(f"select {columns} from {schema}.{name}")
            found += _type_differences(f"{schema}.{name}", types, other_types)
            found += _row_differences(f"{schema}.{name}", list(types), ours, theirs)
    return found


def _type_differences(table: str, ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    pairs = ((column, _family(kind), _family(theirs[column])) for column, kind in ours.items())
    return [f"{table}.{column} is {a} on DuckDB and {b} on Trino" for column, a, b in pairs if a != b]


def _family(kind: str) -> str:
    kind = kind.replace(" ", "")
    if kind in ("tinyint", "smallint", "integer", "bigint", "hugeint"):
        return "integer"
    return re.sub(r"^(varchar|timestamp).*", r"\1", kind)


def _row_differences(table: str, columns: list[str], ours: list[Any], theirs: list[Any]) -> list[str]:
    left, right = (Counter(tuple(map(_exact, row)) for row in rows) for rows in (ours, theirs))
    found = []
    for label, only in (("DuckDB", left - right), ("Trino", right - left)):
        if only:
            shown = [_told(columns, row) for row in sorted(only, key=repr)[:_SHOWN]]
            found.append(f"{table}: {only.total()} of {len(ours)} rows only on {label}: {'; '.join(shown)}")
    return found


def _told(columns: list[str], row: tuple[Any, ...]) -> str:
    return "{" + ", ".join(f"{name}={value}" for name, value in zip(columns, row, strict=True)) + "}"


def _exact(value: Any) -> Any:
    """Equal for equal digits only: 1.50 is not 1.5, since the scale is part of the interface."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
