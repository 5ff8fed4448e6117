"""How long a reader of the report waits: every query behind it, on what is published."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import quantiles

from odoo_lake.build.publish import open_published
from odoo_lake.lake.location import parse_lake
from odoo_lake.lake.state import LakeState

ROUNDS = 20


@dataclass(frozen=True)
class Latency:
    """All queries together, and the one that is slowest."""

    queries: int
    p50_ms: float
    p95_ms: float
    slowest: str
    slowest_p95_ms: float


def report_queries() -> dict[str, str]:
    """The report's own queries, by name."""
    folder = files("odoo_lake.report") / "queries"
    return {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".sql")}


def report_latency(lake: Path) -> Latency:
    """The report's queries on what a lake in a folder has published."""
    with open_published(parse_lake(str(lake)), LakeState()) as duck:
        return latency(report_queries(), lambda statement: duck.execute(statement).fetchall())


def latency(queries: Mapping[str, str], run: Callable[[str], object]) -> Latency:
    """Run each query several times, rows fetched, over one connection."""
    timings: dict[str, list[float]] = {name: [] for name in queries}
    for _ in range(ROUNDS):
        for name, statement in queries.items():
            begin = time.perf_counter()
            run(statement)
            timings[name].append((time.perf_counter() - begin) * 1000)
    together = [milliseconds for each in timings.values() for milliseconds in each]
    percentiles = quantiles(together, n=100)
    slowest = max(timings, key=lambda name: _p95(timings[name]))
    return Latency(len(queries), percentiles[49], percentiles[94], slowest, _p95(timings[slowest]))


def _p95(milliseconds: list[float]) -> float:
    return quantiles(milliseconds, n=20)[18]
