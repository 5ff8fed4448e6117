"""DuckDB connections that can read and write the lake, without a download."""

from __future__ import annotations

import importlib.util
import os
import uuid
from pathlib import Path

import duckdb

EXTENSIONS = ("httpfs", "postgres_scanner")


def extension_file(name: str) -> Path:
    """The extension's file inside its wheel; a bare `load` would try to download it."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"duckdb-extension-{name.replace('_', '-')} is not installed")
    [path] = Path(spec.submodule_search_locations[0]).glob(f"extensions/v{duckdb.__version__}/*.duckdb_extension")
    return path


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def open_duckdb(
    database: str = ":memory:",
    *,
    threads: int | None = None,
    memory_mib: int | None = None,
    spill_directory: Path | None = None,
    read_only: bool = False,
) -> duckdb.DuckDBPyConnection:
    """A connection to a DuckDB of its own, in UTC, that keeps its settings and loads no extension by itself.

    What does not fit in the memory limit goes below `spill_directory`, which is made where it is missing.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads or os.cpu_count() or 1,
        "autoinstall_known_extensions": False,
        # Row order within a file carries no meaning here, and keeping it costs memory.
        "preserve_insertion_order": False,
    }
    if memory_mib:
        config["memory_limit"] = f"{memory_mib}MiB"
    if spill_directory:
        spill_directory.mkdir(parents=True, exist_ok=True)
        # DuckDB's spill files bear fixed names: two instances in one folder overwrite each other's rows.
        config["temp_directory"] = str(spill_directory / uuid.uuid4().hex)
    connection = duckdb.connect(database, read_only=read_only, config=config)
    connection.execute("set TimeZone = 'UTC'")
    # It would stand among what a command prints.
    connection.execute("set enable_progress_bar = false")
    return connection


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute(f"load {quoted(str(extension_file(name)))}")
