"""dbt's manifest with the names of Trino, for DataHub's dbt source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from odoo_lake.datahub.names import BRONZE_ASSETS
from odoo_lake.trino.connection import BRONZE_CATALOG, BRONZE_SCHEMA

# What the project's own parse, which is DuckDB's, calls the schema of its sources.
_PARSED_BRONZE = "bronze"


def trino_manifest(path: Path) -> dict[str, Any]:
    """The parsed project as readers of Trino see it: bronze is a catalog, silver and gold are schemas of `lake`.

    dbt itself builds silver and gold under other names on Trino, which readers never see.
    """
    manifest: dict[str, Any] = json.loads(path.read_text())
    manifest["metadata"]["adapter_type"] = "trino"
    for source in manifest["sources"].values():
        if source["source_name"] == BRONZE_ASSETS and source["schema"] == _PARSED_BRONZE:
            source["database"], source["schema"] = BRONZE_CATALOG, BRONZE_SCHEMA
            source["relation_name"] = f'"{BRONZE_CATALOG}"."{BRONZE_SCHEMA}"."{source["identifier"]}"'
    return manifest
