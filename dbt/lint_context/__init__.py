"""What dbt's Jinja has and sqlfluff's lacks, so that the project's own macros expand while linting.

Bronze is taken to have every column of the contracts: no database is asked.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context

_PROJECT = Path(__file__).resolve().parents[1]
_VARIABLES = yaml.safe_load((_PROJECT / "dbt_project.yml").read_text())["vars"]
_ENGINE = "duckdb"


class _Adapter:
    """dbt's `adapter`."""

    @pass_context
    def dispatch(self, context: Context, name: str) -> Callable[..., Any]:
        """The engine's macro of that name, else the default one."""
        found = context.get(f"{_ENGINE}__{name}") or context.get(f"default__{name}")
        if found is None:
            raise KeyError(f"No macro {_ENGINE}__{name} or default__{name}")
        return found

    def get_relation(self, database: object, schema: object, identifier: object) -> object:
        """A relation that may be there is there."""
        return identifier

    def get_columns_in_relation(self, relation: object) -> list[SimpleNamespace]:
        """Every column that the source table's contract names."""
        contract = _PROJECT.parent / "contracts" / "odoo" / f"{str(relation).removeprefix('odoo_')}.odcs.yaml"
        [schema] = yaml.safe_load(contract.read_text())["schema"]
        names = [column["name"] for column in schema["properties"]]
        return [SimpleNamespace(name=name) for name in [*names, "_airbyte_extracted_at", "_ab_cdc_deleted_at"]]


def var(name: str, default: Any = None) -> Any:
    """A variable's default."""
    return _VARIABLES.get(name, default)


adapter = _Adapter()
execute = True
modules = SimpleNamespace(datetime=datetime, pytz=SimpleNamespace(timezone=zoneinfo.ZoneInfo))
target = SimpleNamespace(type=_ENGINE, name="local")
