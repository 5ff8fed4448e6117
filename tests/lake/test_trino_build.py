"""The dbt project on Trino: everything builds, agrees with Odoo, equals DuckDB, and readers see whole states only."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest

from odoo_lake.build.dbt import dbt_executable
from odoo_lake.build.publish import Publication
from odoo_lake.lake.commits import read_log
from odoo_lake.lake.state import LakeState
from odoo_lake.pipeline import BuildOutcome, Pipeline
from odoo_lake.progress import Silent
from odoo_lake.reconcile.published import compare_with_kept
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.trino.connection import LAKE_CATALOG
from odoo_lake.trino.publish import is_iceberg, newest_version
from odoo_lake.workspace import ENGINE_VARIABLE, Workspace, published_by_engine
from tests.data.companies import load_dump
from tests.lake.conftest import Servers
from tests.lake.parity import differences, duckdb_build

pytestmark = pytest.mark.lake


@dataclass
class Company:
    """An Odoo database, its lake on the servers, and the steps on it."""

    servers: Servers
    workspace: Workspace
    url: str
    work: Path

    @property
    def pipeline(self) -> Pipeline:
        return self.workspace.pipeline(self.servers.lake, LakeState(), lambda _: nullcontext(Silent()))

    def extract(self) -> None:
        source = self.workspace.source(self.url)
        self.pipeline.extract(self.workspace.extraction(source, self.servers.lake))

    def build(self) -> BuildOutcome:
        return self.pipeline.build_and_publish(self.today)

    @property
    def today(self) -> date:
        from odoo_lake.business import today

        return today(self.workspace.variables)

    @property
    def is_iceberg(self) -> bool:
        with self.servers.address().connect() as session:
            return is_iceberg(session)

    def published(self) -> list[tuple[str, str]]:
        with self.servers.address().connect() as session:
            return [
                (schema, name)
                for schema in ("silver", "gold")
                for (name,) in session.rows(f"show tables from {LAKE_CATALOG}.{schema}")
            ]

    def duckdb(self) -> Path:
        """DuckDB's build of the same bronze."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ODOO_LAKE_WORK", str(self.work / "duckdb"))
            patch.setenv(ENGINE_VARIABLE, "duckdb")
            return duckdb_build(self.workspace, self.servers.lake, self.today)

    def differences(self, database: Path) -> list[str]:
        """What readers see that is not equal to DuckDB's."""
        with self.servers.address().connect() as session:
            return differences(database, session, self.published())


@pytest.fixture(scope="module")
def company(
    lake_servers: Servers, workspace: Workspace, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """The real database of Odoo 18, extracted once."""
    lake_servers.empty()
    work = tmp_path_factory.mktemp("work")
    name = load_dump(postgres, 18)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENGINE_VARIABLE, "trino")
        patch.setenv("ODOO_LAKE_WORK", str(work / "trino"))
        made = Company(lake_servers, workspace, postgres.url(name), work)
        made.extract()
        yield made
    lake_servers.empty()


@pytest.fixture(scope="module")
def built(company: Company) -> BuildOutcome:
    return company.build()


def test_every_model_test_and_snapshot_succeeds(built: BuildOutcome) -> None:
    assert built.invocation is not None
    assert not built.invocation.failures
    kinds = {node.resource_type for node in built.invocation.nodes}
    assert kinds >= {"model", "test", "seed", "snapshot"}


def test_the_figures_are_odoo_s(built: BuildOutcome) -> None:
    assert built.reconciliation is not None
    assert built.reconciliation.results
    assert built.reconciliation.agrees


def test_the_published_views_are_reconciled_at_any_time(built: BuildOutcome, company: Company) -> None:
    del built
    lake = company.servers.lake
    found = compare_with_kept(lake, LakeState(), published=published_by_engine(lake))
    assert found.reconciliation.results
    assert found.reconciliation.agrees
    with company.servers.address().connect() as session:
        original = session.rows("show create view lake.gold.ar_aging")[0][0]
        session.rows("create or replace view lake.gold.ar_aging as select * from lake.gold_build.ar_aging where 1 = 0")
        try:
            differing = compare_with_kept(lake, LakeState(), published=published_by_engine(lake))
        finally:
            session.rows(original.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
    assert "ar_aging" in differing.reconciliation.differing_models


def test_all_tables_of_the_interface_are_published(built: BuildOutcome, company: Company) -> None:
    assert isinstance(built.publication, Publication)
    expected = {(table.layer, table.name) for table in company.servers.tables}
    assert set(company.published()) == expected
    assert {(table.table_schema, table.name) for table in built.publication.tables} == expected
    assert len(expected) == 39


def test_tables_lie_at_their_paths(built: BuildOutcome, company: Company) -> None:
    del built
    log = "metadata" if company.is_iceberg else "_delta_log"
    for table in company.servers.tables:
        folder = f"{table.domain}_mart" if table.layer == "gold" else table.domain
        versions = company.servers.lake.layer(table.layer).list(f"{folder}/{table.name}/{log}")
        assert versions, f"{table.layer} {table.name} is not at {folder}/{table.name}"


def test_silver_and_gold_equal_duckdb_s(built: BuildOutcome, company: Company) -> None:
    del built
    assert company.differences(company.duckdb()) == []


def test_nothing_changed_means_dbt_is_not_started(built: BuildOutcome, company: Company) -> None:
    del built
    assert company.build().unchanged


def test_the_project_is_documented_from_trino(built: BuildOutcome, company: Company, tmp_path: Path) -> None:
    del built
    build = company.pipeline.build
    arguments = [dbt_executable(), "docs", "generate", "--no-compile", "--target-path", str(tmp_path)]
    arguments += ["--project-dir", str(build.project.dbt), "--profiles-dir", str(build.profiles)]
    environment = {**os.environ, **build.environment}
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    catalog = json.loads((tmp_path / "catalog.json").read_text())
    assert not catalog["errors"]
    columns = {node["metadata"]["name"]: node["columns"] for node in catalog["nodes"].values()}
    assert [table.name for table in company.servers.tables if not columns.get(table.name)] == []
    assert columns["fact_journal_entry"]["balance"]["type"].startswith("decimal(")


def test_a_second_run_is_incremental_and_equal_to_a_full_refresh(built: BuildOutcome, company: Company) -> None:
    del built
    with psycopg.connect(company.url, autocommit=True) as odoo:
        odoo.execute(
            "update account_move_line set debit = debit + 10, balance = balance + 10, write_date = now()"
            " where id = (select max(id) from account_move_line where account_id is not null and debit > 0)"
        )
        odoo.execute("delete from account_move_line where id = (select min(id) from account_move_line)")
        odoo.execute("update res_partner set name = name || ' renamed', write_date = now() where id = 1")
    company.extract()
    before = _version(company)
    outcome = company.build()
    assert outcome.invocation is not None
    assert not outcome.invocation.failures
    assert _version(company) != before
    assert not _was_replaced(company, before)
    database = company.duckdb()
    assert company.differences(database) == []
    before = _version(company)
    company.pipeline._forget_build()
    with company.servers.address().connect() as session:
        session.rows("drop view lake.meta.publication")
    outcome = company.build()
    assert outcome.invocation is not None
    assert not outcome.invocation.failures
    assert _was_replaced(company, before)
    assert company.differences(database) == []


def test_a_failing_build_changes_nothing_that_readers_see(built: BuildOutcome, company: Company) -> None:
    del built
    with company.servers.address().connect() as session:
        before = session.rows("select sum(amount_untaxed_signed), count(*) from silver.fact_invoice")
        session.rows("delete from lake.silver_build.fact_invoice")
        assert session.rows("select sum(amount_untaxed_signed), count(*) from silver.fact_invoice") == before
        assert before[0][1] > 0


def _version(company: Company) -> int:
    with company.servers.address().connect() as session:
        return newest_version(session, "silver_build", "fact_journal_entry")


def _was_replaced(company: Company, version: int) -> bool:
    """Whether the journal's table was made anew since a version, not merged into."""
    with company.servers.address().connect() as session:
        if company.is_iceberg:
            [[line]] = session.rows(
                'select is_current_ancestor from lake.silver_build."fact_journal_entry$history"'
                f" where snapshot_id = {version}"
            )
            return not line
        operations = session.rows(
            f'select operation from lake.silver_build."fact_journal_entry$history" where version > {version}'
        )
    return "CREATE OR REPLACE TABLE" in {operation for (operation,) in operations}


def test_bronze_is_read_committed_only(company: Company) -> None:
    log = read_log(company.servers.lake.layer("bronze"))
    with company.servers.address().connect() as session:
        runs = {run for (run,) in session.rows('select run_id from bronze.odoo."account_move_line$partitions"')}
    assert runs <= {commit.run_id for commit in log.commits}
