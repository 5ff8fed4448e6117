"""`python -m tests.bench`: measure, print and write BENCHMARKS.md."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from odoo_lake.workspace import open_workspace
from tests.bench.company import CACHE, large_company
from tests.bench.document import read_document
from tests.bench.extraction import extraction_speed
from tests.bench.machine import this_machine
from tests.bench.pipeline import pipeline_steps
from tests.bench.reading import report_latency
from tests.bench.results import write_comparison, write_extraction, write_generation, write_pipeline, write_reading
from tests.bench.shapes import compared_shapes
from tests.lake.containers import decision_line

FILE = Path(__file__).resolve().parents[2] / "BENCHMARKS.md"
INTRODUCTION = """\
# Benchmarks

Written by `make bench`. It makes the sample company `large` in a PostgreSQL server of its own and keeps it in the
user's cache; `--anew` makes it again. All figures are of one machine that runs server and client together. The load is
the mean number of processes that wanted to run in the minute before: above 0, something else ran too."""


def main() -> None:
    arguments = _arguments()
    workspace, hash_key = open_workspace(), secrets.token_hex(16)
    machine = this_machine()
    document = read_document(arguments.output, INTRODUCTION)
    with (
        large_company(arguments.scale, anew=arguments.anew) as company,
        TemporaryDirectory(prefix="lake-", dir=CACHE) as folder,
    ):
        lake = Path(folder)
        if company.generation:
            write_generation(document, machine, company.generation, arguments.scale)
        if arguments.only in (None, "extraction"):
            write_extraction(
                document, machine, extraction_speed(workspace, company.url, lake, hash_key), arguments.scale
            )
        if arguments.only in (None, "pipeline"):
            write_pipeline(document, machine, pipeline_steps(workspace, company.url, lake, hash_key), arguments.scale)
            write_reading(document, machine, report_latency(lake), arguments.scale)
        if arguments.only in (None, "trino"):
            try:
                write_comparison(document, machine, compared_shapes(company, lake, hash_key), arguments.scale)
            except pytest.skip.Exception as reason:
                print(f"Trino was not measured: {reason}")  # noqa: T201 - what the user has to know
            print(decision_line())  # noqa: T201 - images and processes differ in speed
    arguments.output.write_text(document.render())
    print(document.render())  # noqa: T201 - what the command is for


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--scale", default="large", help="the sample company's size")
    parser.add_argument("--anew", action="store_true", help="make the sample company again")
    parser.add_argument("--only", choices=("extraction", "pipeline", "trino"), help="measure this alone")
    parser.add_argument("--output", type=Path, default=FILE, help="the file to write")
    return parser.parse_args()


if __name__ == "__main__":
    main()
