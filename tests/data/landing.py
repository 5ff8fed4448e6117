"""What Airbyte's S3 destination leaves in bronze, without Airbyte: the connection's streams as Parquet files."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from odoo_lake.airbyte.config import Replication
from odoo_lake.airbyte.desired import stream_bodies
from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.lake.bronze import AIRBYTE_COLUMNS
from odoo_lake.lake.duck import identifier, load_extension, open_duckdb, quoted
from tests.data.lakes import Place

# Airbyte knows fewer types than PostgreSQL: https://docs.airbyte.com/platform/understanding-airbyte/supported-data-types
_TYPES = {
    "numeric": "double",
    "real": "double",
    "smallint": "bigint",
    "integer": "bigint",
    "jsonb": "varchar",
    "timestamp without time zone": "timestamptz",
}


@dataclass
class Landing:
    """Airbyte between a database and a lake, with the state that it keeps."""

    place: Place
    catalogue: Catalogue
    cursors: dict[str, str] = field(default_factory=dict)

    def sync(self) -> int:
        """Read every stream once; gives the rows that were landed."""
        tables = self._columns()
        discovered = [
            {"streamName": table, "propertyFields": [[column] for column in columns]}
            for table, columns in tables.items()
        ]
        with open_duckdb() as duck:
            load_extension(duck, "postgres_scanner")
            duck.execute(f"attach {quoted(self.place.owner)} as odoo (type postgres, read_only)")
            streams = stream_bodies(self.catalogue, discovered, Replication.STANDARD)
            return sum(self._read(duck, stream, tables[stream["name"]]) for stream in streams)

    def _columns(self) -> dict[str, dict[str, str]]:
        rows = self.place.odoo(
            "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'"
        )
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            found.setdefault(table, {})[column] = kind
        return found

    def _read(self, duck: duckdb.DuckDBPyConnection, stream: Mapping[str, Any], kinds: Mapping[str, str]) -> int:
        table = stream["name"]
        folder = self.place.root / "bronze" / "odoo" / table
        folder.mkdir(parents=True, exist_ok=True)
        condition = "true"
        if stream["syncMode"] == "incremental_append":
            cursor = stream["cursorField"][0]
            if table in self.cursors:
                condition = f"{cursor} > '{self.cursors[table]}'"
            [(newest,)] = self.place.odoo(f"select max({cursor})::text from {table}")
            if newest is not None:
                self.cursors[table] = newest
        else:
            for old in folder.glob("*.parquet"):
                old.unlink()
        return self._write(duck, stream, kinds, condition, folder)

    def _write(
        self,
        duck: duckdb.DuckDBPyConnection,
        stream: Mapping[str, Any],
        kinds: Mapping[str, str],
        condition: str,
        folder: Path,
    ) -> int:
        table = stream["name"]
        names = [entry["fieldPath"][0] for entry in stream["selectedFields"]]
        columns = ", ".join(
            f"cast({identifier(name)} as {_TYPES[kinds[name]]}) as {identifier(name)}"
            if kinds[name] in _TYPES
            else identifier(name)
            for name in names
        )
        now = datetime.now(UTC)
        marks = {
            "_airbyte_raw_id": "uuid()::varchar",
            "_airbyte_extracted_at": f"'{now.isoformat()}'::timestamptz",
            "_airbyte_meta": "{'changes': [], 'sync_id': 7}::" + AIRBYTE_COLUMNS["_airbyte_meta"],
            "_airbyte_generation_id": "1::bigint",
        }
        marked = ", ".join(f"{value} as {name}" for name, value in marks.items())
        moment = time.time_ns() // 1_000_000
        path = folder / f"{now:%Y_%m_%d}_{moment}_{moment}_0.parquet"
        # PostgreSQL compares the timestamps, and gives JSON as text.
        selected = ", ".join(
            f"{identifier(name)}::text as {identifier(name)}" if kinds[name] == "jsonb" else identifier(name)
            for name in names
        )
        query = f"select {selected} from {table} where {condition}"
        rows = f"select {columns}, {marked} from postgres_query('odoo', {quoted(query)})"
        [(count,)] = duck.execute(f"copy ({rows}) to {quoted(str(path))} (format parquet)").fetchall()
        if count == 0:
            path.unlink()
        return int(count)
