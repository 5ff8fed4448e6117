"""`odoo-lake demo`: everything there is to see, on a made-up company."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from odoo_lake.business import today
from odoo_lake.cli.run import build_lines
from odoo_lake.demo.company import READER, Company, fill, grant_reading, is_filled
from odoo_lake.demo.folder import DemoFolder, open_folder
from odoo_lake.demo.serve import HOST, serve_dagster
from odoo_lake.lake.location import LAKE_VARIABLE, Lake
from odoo_lake.lake.state import LakeState
from odoo_lake.pipeline import RunOutcome
from odoo_lake.progress import Reporter, Silent, reporting
from odoo_lake.report.write import write_report
from odoo_lake.sample import Scale, refuse_unknown_version
from odoo_lake.source.connection import SOURCE_VARIABLE
from odoo_lake.source.embedded import EmbeddedPostgres, embedded_postgres
from odoo_lake.workspace import HASH_KEY_VARIABLE, Workspace, open_workspace


class Served(StrEnum):
    """What stays up after the run."""

    DAGSTER = "dagster"


def demo(
    *,
    directory: Annotated[Path, typer.Option(help="Folder of the demo: its database, lake and report.")] = Path("demo"),
    scale: Annotated[Scale, typer.Option(help="How big the sample company is.")] = Scale.MEDIUM,
    odoo_version: Annotated[int, typer.Option(help="16, 17, 18 or 19.")] = 18,
    seed: Annotated[int, typer.Option(help="Another seed makes another company.")] = 1,
    serve: Annotated[Served | None, typer.Option(help="Afterwards serve Dagster's web UI until Ctrl-C.")] = None,
    port: Annotated[int, typer.Option(help="Port of the web UI.")] = 3000,
) -> None:
    """Make a sample company, take it through the whole pipeline, and write its report."""
    refuse_unknown_version(odoo_version)
    workspace = open_workspace()
    folder = open_folder(directory)
    company = Company(odoo_version, scale, seed, today(workspace.variables))
    with embedded_postgres(folder.postgres, durable=False) as server:
        _make_company(server, company, folder)
        source_url = grant_reading(server, workspace)
        outcome = _run(workspace, source_url, folder, company)
        if outcome.build.publication:
            _print_next(folder)
        if serve:
            _serve(folder, source_url, port)
    if outcome.build.publication is None:
        raise typer.Exit(1)


def _make_company(server: EmbeddedPostgres, company: Company, folder: DemoFolder) -> None:
    name = f"Odoo {company.odoo_version}, {company.scale}, seed {company.seed}"
    if is_filled(server, company):
        typer.echo(f"Sample company: {name}, made earlier today")
        return
    started = time.monotonic()
    rows = fill(server, company, folder.lake)
    typer.echo(f"Sample company: {name}, {rows:,} rows in {time.monotonic() - started:.0f} s")


def _run(workspace: Workspace, source_url: str, folder: DemoFolder, company: Company) -> RunOutcome:
    started = time.monotonic()
    request = workspace.extraction(workspace.source(source_url), Lake(str(folder.lake)), wait_seconds=60)
    pipeline = workspace.pipeline(request.lake, LakeState(), _bar_or_nothing)
    outcome = pipeline.run(replace(request, hash_key=folder.hash_key()), company.today)
    tables = outcome.extraction.commit.tables.values()
    typer.echo(
        f"Extracted: {sum(table.rows_written for table in tables):,} changed rows of {len(tables)} tables,"
        f" read as {READER}, which may select nothing else"
    )
    build = outcome.build
    if build.invocation:
        typer.echo(f"Built: {len(build.invocation.nodes)} models and tests")
    if build.publication is None:
        typer.echo("\n".join(build_lines(build)))
        return outcome
    if build.reconciliation:
        results = build.reconciliation.results
        typer.echo(
            f"Reconciled: {len(results)} checks, {sum(result.figures_compared for result in results):,} figures,"
            " all equal to Odoo's own"
        )
    write_report(request.lake, pipeline.build.state, folder.report)
    typer.echo(f"Published and reported, {time.monotonic() - started:.0f} s in all")
    return outcome


def _print_next(folder: DemoFolder) -> None:
    command, lake = _relative(Path(sys.argv[0])), _relative(folder.lake)
    statement = "select * from gold.monthly_pnl order by month desc limit 3"
    typer.echo(
        "\n".join(
            [
                "",
                f"Report: {_relative(folder.report)}   <- open it in a browser",
                "",
                "Next:",
                f"  {command} query {shlex.quote(statement)} --lake {lake}",
                f"  {command} status --lake {lake}",
                "  make dagster",
                f"  {command} grants --source postgresql://USER@HOST/DATABASE   # your own Odoo: see README.md",
            ]
        )
    )


def _serve(folder: DemoFolder, source_url: str, port: int) -> None:
    typer.echo(f"\nDagster: http://{HOST}:{port} (Ctrl-C ends it)")
    environment = {
        SOURCE_VARIABLE: source_url,
        LAKE_VARIABLE: str(folder.lake),
        HASH_KEY_VARIABLE: folder.hash_key(),
    }
    serve_dagster(folder.dagster, port, environment)


def _relative(path: Path) -> str:
    """A path as the user would type it from here."""
    shorter = os.path.relpath(path)
    return str(path) if shorter.startswith("..") else shorter


@contextmanager
def _bar_or_nothing(title: str) -> Iterator[Reporter]:
    """Progress on a terminal only: a newcomer who keeps the output wants its few lines."""
    if sys.stderr.isatty():
        with reporting(title) as report:
            yield report
    else:
        yield Silent()
