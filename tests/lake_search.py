"""Look for planted values in everything that a run leaves behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import duckdb

from odoo_lake.lake.duck import identifier, quoted


def files_with(folder: Path, canaries: Iterable[str]) -> dict[str, list[str]]:
    """Files below `folder` in which a canary stands, by canary: files of tables are decoded value by value."""
    wanted = [canary.lower() for canary in canaries]
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        text = f"{path}\n{_decoded(path)}".lower()
        for canary in wanted:
            if canary in text:
                found.setdefault(canary, []).append(str(path.relative_to(folder)))
    return found


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix == ".parquet":
        with duckdb.connect() as duck:
            return _rows(duck, f"read_parquet({quoted(str(path))})")
    # Text in a DuckDB file is compressed, and a value in a SQLite file may be cut in pieces.
    if raw[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as duck:
            tables = duck.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            views = duck.execute("select sql from duckdb_views() where not internal").fetchall()
            decoded = [_rows(duck, f"{identifier(schema)}.{identifier(table)}") for schema, table in tables]
            return "\n".join([*decoded, *(view for (view,) in views)])
    if raw.startswith(b"SQLite format 3"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as lite:
            names = lite.execute("select name from sqlite_master where type = 'table'").fetchall()
            return "\n".join(str(row) for (name,) in names for row in lite.execute(f"select * from {identifier(name)}"))
    return raw.decode("utf-8", "ignore")


def _rows(duck: duckdb.DuckDBPyConnection, relation: str) -> str:
    rows = duck.execute(f"select to_json(t)::varchar from {relation} as t").fetchall()
    return "\n".join(row[0] for row in rows)
