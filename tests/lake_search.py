"""Look for planted values in everything that a run leaves behind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from odoo_lake.lake.duck import quoted


def files_with(folder: Path, canaries: Iterable[str]) -> dict[str, list[str]]:
    """Files below `folder` in which a canary stands, by canary: Parquet is decoded value by value, names included."""
    wanted = [canary.lower() for canary in canaries]
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        text = _decoded(path) if path.suffix == ".parquet" else path.read_bytes().decode("utf-8", "ignore")
        for canary in wanted:
            if canary in text.lower() or canary in str(path).lower():
                found.setdefault(canary, []).append(str(path.relative_to(folder)))
    return found


def _decoded(path: Path) -> str:
    with duckdb.connect() as duck:
        rows = duck.execute(f"select to_json(t) from read_parquet({quoted(str(path))}) as t").fetchall()
    return "\n".join(row[0] for row in rows)
