"""Ask Odoo's database now, in one read-only snapshot, and keep the answers as files."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from odoo_lake.extract.reader import Snapshot, SnapshotReader
from odoo_lake.extract.run import askable
from odoo_lake.lake.commits import run_id_at
from odoo_lake.lake.location import Lake
from odoo_lake.reconcile.checks import figure_queries, load_checks
from odoo_lake.reconcile.sides import CheckContext, Choices
from odoo_lake.source.connection import Source
from odoo_lake.source.odoo import inspect

_READER_MEMORY_MIB = 256


@dataclass(frozen=True)
class LiveFigures:
    """What the database answered."""

    taken_at: datetime
    version: int
    files: Mapping[str, str]
    """Check name to the Parquet file with its figures."""
    skipped: Mapping[str, str]
    """Checks that this database can't answer, with the reason."""


def take_figures(
    source: Source, lake: Lake, choices: Choices, as_of: date, *, is_past: bool, folder: Path
) -> LiveFigures:
    """Run every check's query for the day; raises UserError when the database can't be read."""
    with source.connect() as connection:
        database = inspect(connection, source, choices.catalogue)
        context = CheckContext(database, choices, as_of, is_past)
        taken_at, exported = _snapshot(connection)
        reasons = {check.name: check.why_not_asked(context) for check in load_checks()}
        queries, refused = askable(connection, figure_queries(context))
        files: dict[str, str] = {}
        reader = SnapshotReader(
            source,
            Snapshot(uuid.uuid4(), run_id_at(taken_at, "live"), exported, taken_at, {}),
            lake,
            _READER_MEMORY_MIB,
            folder / "spill",
        )
        try:
            for query in queries:
                files[query.name] = str(folder / f"{query.name}.parquet")
                reader.write(f"select * from {reader.query(query.statement)}", files[query.name], query.name)
        finally:
            reader.close()
    skipped = {name: reason for name, reason in reasons.items() if reason is not None}
    return LiveFigures(taken_at, database.version, files, {**skipped, **refused})


def _snapshot(connection: psycopg.Connection[tuple[Any, ...]]) -> tuple[datetime, str]:
    row = connection.execute("select now(), pg_export_snapshot()").fetchone()
    if row is None:
        raise RuntimeError("select now(), pg_export_snapshot() gave no row")
    return row[0].astimezone(UTC), str(row[1])
