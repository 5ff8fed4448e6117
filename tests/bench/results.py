"""Figures in words: what each section of BENCHMARKS.md says."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bench.company import Generation
from tests.bench.document import Document
from tests.bench.extraction import ROUNDS as EXTRACTION_ROUNDS
from tests.bench.extraction import Speed
from tests.bench.machine import Machine
from tests.bench.pipeline import Steps
from tests.bench.processes import Measured
from tests.bench.reading import ROUNDS as QUERY_ROUNDS
from tests.bench.reading import Latency
from tests.bench.shapes import HEAP_MIB, Shape

_EXTRACTION = f"""\
Rows per second of `odoo-lake extract` over those of `COPY (same columns) TO STDOUT (FORMAT BINARY)`: psql on one
connection, table after table, output discarded, no casts or hashes. Warm cache, in turns, median of
{EXTRACTION_ROUNDS}. Goal: at least 0.7, with at most 512 MiB of memory beside what the idle command has. The ratio
counts the time from the command's start until its last row is in the lake. The last column is the whole command, which
also takes the figures that reconciliation compares with."""
_COMPARISON = f"""\
`python -m tests.bench --scale <company> --only trino`: the same company in a folder with DuckDB, and on MinIO with
Trino (Delta tables, one node with a heap of {HEAP_MIB} MiB, the deployed configuration, HTTPS, every query logged).
Both from nothing; `odoo-lake build` is dbt's seeds, models, snapshots and tests, then reconciliation and publication.
The queries are the report's, {QUERY_ROUNDS} times each, all rows fetched over one connection."""
_COMPARISON_HEADER = (
    "| date | machine, load | company | lake | `odoo-lake extract` | dbt build | `odoo-lake build`"
    " | queries, median | 95th percentile | of the slowest |"
)
_EXTRACTION_HEADER = (
    "| date | machine, load | company | rows | COPY, rows/s | extract, rows/s | ratio | extra memory | whole command |"
)


def write_generation(document: Document, machine: Machine, generation: Generation, scale: str) -> None:
    """Goal at `large`: at least 5 million journal items in under 180 s on 2 cores."""
    document.replace(
        "Sample company",
        [
            _provenance(machine, f"odoo-lake sample --odoo-version 18 --scale {scale} --seed 1"),
            "",
            *_table("measurement", "figure", "goal at large"),
            f"| journal items | {generation.journal_items:,} | 5,000,000 or more |",
            f"| time | {_seconds(generation.measured)} | under 180 s |",
            f"| memory | {_memory(generation.measured)} | |",
        ],
    )


def write_extraction(document: Document, machine: Machine, speed: Speed, scale: str) -> None:
    """One more line of the extraction's history."""
    row = (
        f"| {machine.day} | {machine} | {scale} | {speed.rows:,}"
        f" | {speed.rows / speed.copy_seconds:,.0f} | {speed.rows / speed.rows_seconds:,.0f} | {speed.ratio:.2f}"
        f" | {speed.extra_mib:.0f} MiB | {speed.command_seconds:.1f} s, {speed.command_ratio:.2f} |"
    )
    document.add_row("Extraction", _EXTRACTION, _EXTRACTION_HEADER, row)


def write_pipeline(document: Document, machine: Machine, steps: Steps, scale: str) -> None:
    """Every step of a first run, and of one that finds nothing changed."""
    rerun = steps.rerun.seconds - steps.rerun_sweep_seconds
    document.replace(
        "Whole pipeline",
        [
            _provenance(machine, f"python -m tests.bench --scale {scale} --only pipeline"),
            "",
            *_table("step", "time", "goal at large"),
            f"| every row into bronze, and all dbt models | {steps.rows_and_models_seconds:.1f} s | under 60 s |",
            f"| `odoo-lake extract`, with Odoo's figures | {_seconds(steps.extract)} | |",
            f"| dbt: seeds, models, snapshots | {_seconds(steps.models)} | |",
            f"| `odoo-lake build`: models, tests, reconciliation, publication | {_seconds(steps.build)} | |",
            f"| `odoo-lake reconcile` | {_seconds(steps.reconcile)} | |",
            f"| `odoo-lake report` | {_seconds(steps.report)} | |",
            f"| `odoo-lake run` again, nothing changed: looking for changes | {steps.rerun_sweep_seconds:.1f} s | |",
            f"| the same run, the rest | {rerun:.1f} s | under 10 s |",
            f"| memory of the hungriest step, all its processes | {steps.peak_mib:,.0f} MiB | |",
        ],
    )


def write_reading(document: Document, machine: Machine, latency: Latency, scale: str) -> None:
    """How fast the report's queries answer."""
    document.replace(
        "Queries of the report",
        [
            _provenance(machine, f"python -m tests.bench --scale {scale} --only pipeline"),
            "",
            f"{latency.queries} queries of `odoo_lake/report/queries`, {QUERY_ROUNDS} times each, all rows fetched.",
            "",
            *_table("measurement", "time"),
            f"| median | {latency.p50_ms:.0f} ms |",
            f"| 95th percentile | {latency.p95_ms:.0f} ms |",
            f"| 95th percentile of the slowest, {latency.slowest} | {latency.slowest_p95_ms:.0f} ms |",
        ],
    )


def write_comparison(document: Document, machine: Machine, shapes: Mapping[str, Shape], scale: str) -> None:
    """One line for each shape of the lake."""
    for name, shape in shapes.items():
        row = (
            f"| {machine.day} | {machine} | {scale} | {name} | {_seconds(shape.extract)} | {shape.dbt_seconds:.1f} s"
            f" | {_seconds(shape.build)} | {shape.latency.p50_ms:.0f} ms | {shape.latency.p95_ms:.0f} ms"
            f" | {shape.latency.slowest}, {shape.latency.slowest_p95_ms:.0f} ms |"
        )
        document.add_row("Both shapes", _COMPARISON, _COMPARISON_HEADER, row)


def _provenance(machine: Machine, command: str) -> str:
    return f"`{command}`, {machine.day}, {machine}."


def _table(*columns: str) -> tuple[str, str]:
    return f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"


def _seconds(measured: Measured) -> str:
    return f"{measured.seconds:.1f} s"


def _memory(measured: Measured) -> str:
    return f"{measured.peak_mib:,.0f} MiB"
