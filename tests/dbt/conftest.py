"""dbt's macros and models as SQL, rendered once, to be run on generated rows."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from odoo_lake.build.dbt import Build, dbt_executable
from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import LakeState
from odoo_lake.workspace import open_workspace

MODELS = {
    "uom_conversions": "staging/odoo/stg_odoo__uom_conversions.sql",
    "currency_rate_ranges": "staging/odoo/stg_odoo__currency_rate_ranges.sql",
}
QUERIES = {
    "ageing": "{{ ageing('asset_receivable', 1) }}",
    "converted_quantity": """
        select asked.id, {{ convert_quantity('asked.quantity', 'factors') }} as quantity
        from asked {{ join_uom_conversion('factors', 'asked.from_id', 'asked.to_id') }}
    """,
    "rounded_up": "select id, {{ round_up('asked.quantity', 'asked.multiple') }} as quantity from asked",
    "converted_amount": """
        select asked.id, of_from.rate as from_rate, of_to.rate as to_rate,
            {{ convert('asked.amount', 'of_from.rate', 'of_to.rate') }} as amount
        from asked
        {{ join_currency_rate('of_from', 'asked.company_id', 'asked.from_id', 'asked.day') }}
        {{ join_currency_rate('of_to', 'asked.company_id', 'asked.to_id', 'asked.day') }}
    """,
    "days": "{{ date_spine('(select min(day) from asked)', '(select max(day) from asked)') }}",
    "months": "{{ month_spine('(select min(day) from asked)', '(select max(day) from asked)') }}",
    "calendar": """
        select id, {{ add_months('asked.day', 'asked.months') }} as moved, {{ month_end('asked.day') }} as last_day,
            {{ months_between('asked.day', 'asked.other_day') }} as apart
        from asked
    """,
    "quotients": """
        select id, {{ divide('asked.amount', 'asked.divisor', type_money()) }} as quotient,
            {{ percent('asked.amount', 'asked.divisor') }} as share
        from asked
    """,
}
_MARK = "-- part: "


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """SQL by name, as dbt compiles it for DuckDB."""
    folder = tmp_path_factory.mktemp("dbt")
    workspace = open_workspace()
    build = Build(workspace.project, Lake(str(folder)), workspace.catalogue, LakeState())
    models = {name: (workspace.project.dbt / "models" / path).read_text() for name, path in MODELS.items()}
    template = "".join(f"{_MARK}{name}\n{text}\n" for name, text in (QUERIES | models).items())
    arguments = [dbt_executable(), "--quiet", "--log-path", str(folder), "compile", "--inline", template]
    arguments += ["--output", "json", "--project-dir", str(workspace.project.dbt)]
    arguments += ["--profiles-dir", str(build.profiles), "--target-path", str(folder / "target")]
    environment = {**os.environ, **build.environment}
    compiled = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    parts = json.loads(compiled.stdout)["compiled"].split(_MARK)[1:]
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of the name that compiled SQL gives it, with the schema of its models."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as lake; create schema lake.staging; use lake.staging")
        yield connection


def put(duck: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Make a table of these rows."""
    duck.register("incoming", rows)
    duck.execute(f"create or replace table lake.staging.{table} as from incoming")
    duck.unregister("incoming")
