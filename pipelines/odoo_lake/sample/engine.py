"""The DuckDB database in which the company is worked out before it is written.

A script makes tables and views. Views in the schema `odoo` carry the name and the columns of an Odoo table, of every
version at once; which of them a version has is decided when they are written.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict
from importlib.resources import files

import duckdb

from odoo_lake.sample.scale import SIZES, Scale


class Engine:
    """An in-memory DuckDB whose variables say what company to make."""

    def __init__(self, *, odoo_version: int, scale: Scale, seed: int, today: datetime.date) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("create schema odoo")
        first_month = today.replace(day=1)
        start = first_month.replace(year=first_month.year - 3)
        self._set("odoo_version", odoo_version)
        self._set("seed", seed)
        self._set("today", today)
        # Nothing is recorded after this moment.
        self._set("clock", datetime.datetime.combine(today, datetime.time()))
        self._set("start", start)
        for name, value in asdict(SIZES[scale]).items():
            self._set(name, value)

    def _set(self, name: str, value: object) -> None:
        self.connection.execute(f"set variable {name} = $value", {"value": value})

    def run(self, script: str) -> None:
        """Run a script of this package, such as `sales/orders.sql`."""
        self.connection.execute(files(__package__).joinpath("sql", script).read_text(encoding="utf-8"))

    def odoo_views(self) -> set[str]:
        """The Odoo tables that the scripts fill."""
        rows = self.connection.execute(
            "select table_name from information_schema.tables where table_schema = 'odoo'"
        ).fetchall()
        return {str(name) for (name,) in rows}

    def types_of(self, table: str) -> dict[str, str]:
        """The columns of an Odoo view with their DuckDB types."""
        rows = self.connection.execute(f"describe odoo.{table}").fetchall()
        return {str(row[0]): str(row[1]) for row in rows}

    def load_postgres_extension(self) -> None:
        """Load DuckDB's PostgreSQL writer from its wheel; it is never downloaded."""
        name = f"extensions/v{duckdb.__version__}/postgres_scanner.duckdb_extension"
        self.connection.load_extension(str(files("duckdb_extension_postgres_scanner").joinpath(name)))
