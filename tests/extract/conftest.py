from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from odoo_lake.build.bronze_views import present_columns
from odoo_lake.extract.request import Request
from odoo_lake.extract.run import Outcome, extract
from odoo_lake.lake.bronze import bronze_rows, bronze_types, newest_rows
from odoo_lake.lake.commits import read_log
from odoo_lake.lake.duck import open_duckdb
from odoo_lake.lake.location import Lake, parse_lake
from odoo_lake.progress import Reporter, Silent
from odoo_lake.source.connection import Source
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.workspace import Workspace
from tests.extract.tiny_odoo import TinyOdoo


@pytest.fixture
def odoo(postgres: EmbeddedPostgres, request: pytest.FixtureRequest) -> TinyOdoo:
    return TinyOdoo(postgres, f"tiny_{abs(hash(request.node.name)) % 10**8}")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return parse_lake(str(tmp_path / "lake"))


@pytest.fixture
def run(workspace: Workspace, odoo: TinyOdoo, lake: Lake) -> Callable[..., Outcome]:
    """Extract the tiny database into the lake."""

    def run(report: Reporter | None = None, url: str | None = None, **options: Any) -> Outcome:
        settings = workspace.settings.extraction
        source = Source(url or odoo.url, settings)
        request = Request(source=source, lake=lake, settings=settings, **{"catalogue": workspace.catalogue, **options})
        return extract(request, report or Silent())

    return run


@pytest.fixture
def newest(workspace: Workspace, lake: Lake) -> Callable[[str], list[tuple[Any, ...]]]:
    """What readers take a bronze table to be now: its newest rows, in the columns of the last run."""

    def newest(table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        log, bronze = read_log(lake.layer("bronze")), lake.layer("bronze")
        contract = workspace.catalogue[table]
        present = present_columns(contract, log)
        types = bronze_types(present)
        urls = [bronze.url(file.path) for file in log.files(table)]
        rows = newest_rows(bronze_rows(urls, types), contract.primary_key)
        chosen = ", ".join(column.name for column in present) if columns == "*" else columns
        with open_duckdb() as duck:
            lake.grant_access(duck)
            return duck.execute(f"select {chosen} from ({rows}) order by all").fetchall()

    return newest
