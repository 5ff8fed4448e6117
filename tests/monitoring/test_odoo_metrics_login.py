"""The login of `odoo-lake grants --monitoring` measures Odoo's PostgreSQL and reads nothing of what is kept there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from odoo_lake.cli.app import app
from odoo_lake.source.embedded import EmbeddedPostgres, embedded_postgres
from tests.extract.tiny_odoo import TinyOdoo
from tests.monitoring.exporter_process import query_exporter
from tests.monitoring.product_databases import sqlalchemy_url

ROLE = "odoo metrics"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """One of its own: a logical slot needs a setting that other tests don't want."""
    with tempfile.TemporaryDirectory(prefix="odoo-lake-test-") as folder:
        # Root's server runs as somebody else, who must get there.
        Path(folder).chmod(0o711)
        with embedded_postgres(Path(folder) / "data", durable=False) as first:
            first.execute("alter system set wal_level = 'logical'")
        with embedded_postgres(Path(folder) / "data", durable=False) as again:
            yield again


@pytest.fixture(scope="module")
def odoo(server: EmbeddedPostgres) -> TinyOdoo:
    """With a slot, and the login that the command's SQL makes, applied twice."""
    database = TinyOdoo(server, "monitored")
    database.execute("select pg_create_logical_replication_slot('airbyte_slot', 'pgoutput')")
    printed = CliRunner().invoke(app, ["grants", "--monitoring", "--role", ROLE, "--source", database.url])
    assert printed.exit_code == 0, printed.output
    for statement in 2 * printed.stdout.splitlines():
        database.execute(statement)
    return database


def test_every_figure_is_measured(odoo: TinyOdoo, tmp_path: Path) -> None:
    url = odoo.server.url(odoo.name, user=ROLE)
    with psycopg.connect(odoo.url) as user:
        # A transaction that others have to see.
        user.execute("select 1")
        with query_exporter({"odoo": sqlalchemy_url(url)}, tmp_path / "log") as scrape:
            assert {status for _, status in scrape.values("queries_total", "query", "status")} == {"success"}
    assert scrape.value("odoo_lake_odoo_longest_transaction_seconds") > 0
    sessions = scrape.values("odoo_lake_odoo_connections", "kind")
    assert 2 <= sessions["used",] < sessions["allowed",]
    assert scrape.value("odoo_lake_odoo_replication_slots") == 1
    assert scrape.values("odoo_lake_odoo_slot_retained_bytes", "slot").keys() == {("airbyte_slot",)}
    assert scrape.values("odoo_lake_odoo_slot_safe_bytes", "slot") == {("airbyte_slot",): -1}
    assert scrape.values("odoo_lake_odoo_lost_slots", "slot") == {("airbyte_slot",): 0}


def test_without_the_right_figures_are_missing_and_not_zero(odoo: TinyOdoo, tmp_path: Path) -> None:
    odoo.execute("create role blind login")
    url = sqlalchemy_url(odoo.server.url(odoo.name, user="blind"))
    with psycopg.connect(odoo.url) as user, query_exporter({"odoo": url}, tmp_path / "log") as scrape:
        user.execute("select 1")
    assert scrape.values("odoo_lake_odoo_longest_transaction_seconds") == {}, "OdooStatusMissing must fire"
    assert scrape.values("odoo_lake_odoo_connections", "kind").keys() == {("allowed",)}


def test_nothing_of_odoos_data_can_be_read(odoo: TinyOdoo) -> None:
    odoo.execute("analyze")
    tables = [name for (name,) in odoo.rows("select relname from pg_class where relnamespace = 'public'::regnamespace")]
    readable = []
    with psycopg.connect(odoo.server.url(odoo.name, user=ROLE), autocommit=True) as login:
        for relation in [*tables, "pg_catalog.pg_statistic", "pg_catalog.pg_largeobject", "pg_catalog.pg_authid"]:
            try:
                login.execute(f"select * from {relation}".encode())
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.WrongObjectType):
                continue
            readable.append(relation)
        samples = login.execute("select count(*) from pg_stats where schemaname = 'public'").fetchall()
    assert len(tables) > 10
    assert readable == []
    assert samples == [(0,)]
