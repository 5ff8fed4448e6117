"""A connection into the run's database snapshot, whose rows DuckDB streams into Parquet."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from odoo_lake.errors import UserError
from odoo_lake.lake.bronze import airbyte_columns
from odoo_lake.lake.duck import identifier, load_extension, open_duckdb, quoted
from odoo_lake.lake.location import Lake
from odoo_lake.source.connection import Source

# Small dictionaries and no Bloom filters: bronze is read whole, and writing them costs a tenth of the time.
_PARQUET_OPTIONS = (
    "format parquet, compression zstd, compression_level 1, row_group_size 122880, dictionary_size_limit 4096,"
    " write_bloom_filter false, return_stats true"
)


@dataclass(frozen=True)
class Snapshot:
    """What every reader of a run shares."""

    run: uuid.UUID
    run_id: str
    exported: str
    """The name PostgreSQL gave the snapshot."""
    extracted_at: datetime
    session_settings: Mapping[str, str]
    """Settings handed over as bind parameters: the keys of hashed columns."""


@dataclass(frozen=True)
class Written:
    """One Parquet file as DuckDB reports it."""

    rows: int
    bytes: int


class SnapshotReader:
    """One thread's reader; close it to give the connection back."""

    def __init__(self, source: Source, snapshot: Snapshot, lake: Lake, memory_mib: int, spill: Path) -> None:
        self.snapshot = snapshot
        self._source = source
        self.duck = open_duckdb(threads=1, memory_mib=memory_mib, spill_directory=spill)
        try:
            lake.grant_access(self.duck)
            load_extension(self.duck, "postgres_scanner")
            self.duck.execute(f"attach {quoted(source.conninfo)} as source (type postgres, read_only)")
            self.duck.begin()
            self.duck.execute(f"call postgres_execute('source', {quoted(_adopt(snapshot.exported))})")
            self._apply_settings(snapshot.session_settings)
        except duckdb.Error as error:
            self.close()
            raise read_error(source, "the snapshot", error) from error

    def _apply_settings(self, settings: Mapping[str, str]) -> None:
        # Binary COPY takes no parameters; the text protocol sends them apart from the statement.
        self.duck.execute("set pg_use_text_protocol = true")
        for name, value in settings.items():
            statement = quoted(f"select set_config({quoted(name)}, $1, false) is not null as done")
            self.duck.execute(f"from postgres_query('source', {statement}, params := row(?))", [value])
        self.duck.execute("set pg_use_text_protocol = false")

    def query(self, statement: str) -> str:
        """A PostgreSQL query as something that DuckDB selects from."""
        return f"postgres_query('source', {quoted(statement)})"

    def load(self, name: str, statement: str, what: str) -> None:
        """Run DuckDB SQL into a temporary table."""
        self.execute(f"create or replace temp table {identifier(name)} as {statement}", what)

    def execute(self, statement: str, what: str) -> list[Any]:
        """Run DuckDB SQL; `what` names the table for a message."""
        try:
            return self.duck.execute(statement).fetchall()
        except duckdb.Error as error:
            raise read_error(self._source, what, error) from error

    def write_rows(self, rows: str, part: str, url: str, what: str) -> Written:
        """Stream a query's rows, with Airbyte's columns, into one Parquet file."""
        marks = airbyte_columns(self.snapshot.run, part, self.snapshot.extracted_at)
        return self.write(f"select bronze_rows.*, {marks} from ({rows}) as bronze_rows", url, what)

    def write(self, rows: str, url: str, what: str) -> Written:
        """Stream a query's rows into one Parquet file."""
        [stats] = self.execute(f"copy ({rows}) to {quoted(url)} ({_PARQUET_OPTIONS})", what)
        return Written(rows=stats[1], bytes=stats[2])

    def interrupt(self) -> None:
        self.duck.interrupt()

    def close(self) -> None:
        # Closing inside the transaction of a lost connection would end the whole process: the roll-back that
        # DuckDB then does by itself may not fail, an explicit one may.
        with suppress(duckdb.Error):
            self.duck.rollback()
        self.duck.close()


def _adopt(exported: str) -> str:
    return f"set transaction snapshot {quoted(exported)}"


_UNCHANGED = "This run committed nothing and the lake is as it was."
_REMEDIES = (
    (r"permission denied for (?:table|relation|view) (\w+)", "Run the statements that `odoo-lake grants` prints."),
    (r"numeric field overflow", "Widen the column's physicalType in its contract."),
    (r"statement timeout", "Raise extraction.statement_timeout_minutes in odoo-lake.yaml."),
    (r"lock timeout", "A module upgrade may hold the table; run again when it is over."),
    (r"conflict with recovery", "Set hot_standby_feedback = on at the replica, or read from the primary."),
    (r"requested snapshot|snapshot \S+ does not exist", "A connection was lost. Run again: it continues."),
    (r"No space left|no space left|[Dd]isk quota|failed to offload", "Free space on the lake's disk and run again."),
    (r"server closed the connection|SSL|terminat|could not receive|Connection|connection", "Run again: it continues."),
    (
        r"cannot cast type|invalid input syntax",
        "The column's type changed in Odoo: adapt physicalType in its contract.",
    ),
    (r"does not exist", "The structure changed while it was read; run again."),
)


def read_error(source: Source, what: str, error: duckdb.Error | psycopg.Error) -> UserError:
    """A failure of DuckDB or PostgreSQL while reading, in the user's words."""
    message = source.without_secrets(str(error)).strip() or type(error).__name__
    found = re.search(r"ERROR:\s*(.*)", message)
    reason = found[1] if found else message.splitlines()[0]
    remedy = next((text for pattern, text in _REMEDIES if re.search(pattern, message)), "Run again with --verbose.")
    return UserError(f"Reading {what} failed: {reason}", _UNCHANGED, remedy)
