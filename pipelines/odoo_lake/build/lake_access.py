"""A dbt-duckdb plugin: dbt's connection reads the same lake as `odoo-lake`."""

from __future__ import annotations

import os
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from odoo_lake.lake.duck import quoted
from odoo_lake.lake.location import LAKE_VARIABLE, parse_lake

# What the build's DuckDB may use, such as 2509MiB; by itself it takes most of the machine.
MEMORY_VARIABLE = "ODOO_LAKE_DUCKDB_MEMORY"


class Plugin(BasePlugin):
    """Configures every connection that dbt opens."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Nothing is configured here: the lake is named by the environment."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        conn.execute("set TimeZone = 'UTC'")
        if memory := os.environ.get(MEMORY_VARIABLE):
            conn.execute(f"set memory_limit = {quoted(memory)}")
        root = os.environ.get(LAKE_VARIABLE)
        if root:
            parse_lake(root).grant_access(conn)
