"""Both shapes of the lake on one company: a folder with DuckDB, and MinIO with Trino as it is deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlglot

from lakehouse.settings import TableFormat
from odoo_lake.workspace import ENGINE_VARIABLE
from tests.bench.company import Company
from tests.bench.processes import Measured, measure
from tests.bench.programs import ODOO_LAKE
from tests.bench.reading import Latency, latency, report_latency, report_queries
from tests.lake.conftest import LAKE_NAME, Servers, servers
from tests.object_store import object_store

HEAP_MIB = 6144
# One of the queries reads staging, which no reader of the marts may.
_READER = "dbt"


@dataclass(frozen=True)
class Shape:
    """A first extraction and build, from nothing, and the report's queries on what they published."""

    extract: Measured
    build: Measured
    dbt_seconds: float
    """The part of the build that is dbt's."""
    latency: Latency


def compared_shapes(company: Company, folder: Path, hash_key: str) -> dict[str, Shape]:
    """By name; both read the same database, one after the other."""
    common = {"ODOO_LAKE_SOURCE": company.url, "ODOO_LAKE_HASH_KEY": hash_key}
    with TemporaryDirectory(dir=folder.parent) as place:
        lake, work = Path(place) / "lake", Path(place) / "work"
        steps = _steps({**common, "ODOO_LAKE_ROOT": str(lake), "ODOO_LAKE_WORK": str(work)}, work)
        shapes = {"folder, DuckDB": Shape(*steps, report_latency(lake))}
    with TemporaryDirectory(dir=folder.parent) as place, _servers(Path(place), company) as started:
        work = Path(place) / "work"
        environment = {**started.environment(), ENGINE_VARIABLE: "trino", "ODOO_LAKE_WORK": str(work)}
        steps = _steps({**common, **environment, "ODOO_LAKE_ROOT": f"s3://{LAKE_NAME}"}, work)
        with started.address(_READER).connect() as session:
            shapes["MinIO, Trino"] = Shape(*steps, latency(_in_trino_s_words(report_queries()), session.rows))
    return shapes


def _steps(environment: Mapping[str, str], work: Path) -> tuple[Measured, Measured, float]:
    extract, build = (measure([ODOO_LAKE, step], environment) for step in ("extract", "build"))
    results = json.loads((work / "build" / "target" / "run_results.json").read_text())
    return extract, build, float(results["elapsed_time"])


@contextmanager
def _servers(folder: Path, company: Company) -> Iterator[Servers]:
    with (
        object_store(folder / "store") as store,
        servers(folder, company.server, store, TableFormat.DELTA, heap_mib=HEAP_MIB) as started,
    ):
        yield started


def _in_trino_s_words(queries: Mapping[str, str]) -> dict[str, str]:
    """The report's queries are written for DuckDB, which alone answers the report."""
    return {name: sqlglot.transpile(text, read="duckdb", write="trino")[0] for name, text in queries.items()}
