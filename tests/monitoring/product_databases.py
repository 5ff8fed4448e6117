"""Databases with the tables of the products that monitoring reads, as far as it reads them; and rows for tests."""

from __future__ import annotations

from pathlib import Path

import psycopg
from dagster._core.storage.runs.schema import RunStorageSqlMetadata
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from sqlalchemy import create_engine, text

from lakehouse import databases
from lakehouse.exporters import EXPORTERS
from odoo_lake.record.tables import Base
from odoo_lake.source.embedded import EmbeddedPostgres

SCRIPTS = Path(__file__).parent / "databases"


def run_script(url: str, script: Path) -> None:
    """Run the statements of a script on a database."""
    with create_engine(sqlalchemy_url(url)).begin() as connection:
        for statement in script.read_text().split(";\n"):
            if statement.strip():
                connection.execute(text(statement.replace(":", r"\:")))


def sqlalchemy_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def make_product_databases(server: EmbeddedPostgres) -> dict[str, str]:
    """{name: address} of databases with tables and without rows."""
    urls = {
        name: server.recreate_database(f"monitored_{name}")
        for name in ("airbyte", "dagster", "metabase", "lake_ops", "odoo")
    }
    for name in ("airbyte", "metabase"):
        run_script(urls[name], SCRIPTS / f"{name}.tables.sql")
    Base.metadata.create_all(create_engine(sqlalchemy_url(urls["lake_ops"])))
    engine = create_engine(sqlalchemy_url(urls["dagster"]))
    for metadata in (RunStorageSqlMetadata, ScheduleStorageSqlMetadata):
        metadata.create_all(engine)
    return urls


def metrics_addresses(server: EmbeddedPostgres, urls: dict[str, str]) -> dict[str, str]:
    """The addresses that query-exporter gets: of a login that may read what the owners' grants say."""
    role = databases.METRICS
    server.execute(f"do $$ begin create role {role} login; exception when duplicate_object then null; end $$")
    for exporter in EXPORTERS:
        if exporter.is_ours:
            with psycopg.connect(urls[exporter.name], autocommit=True) as owner:
                owner.execute(exporter.sql().encode())
    ours = {exporter.name for exporter in EXPORTERS if exporter.is_ours}
    own = {name: server.url(f"monitored_{name}", user=role) for name in ours}
    return {**urls, **own}


def fill_product_databases(urls: dict[str, str]) -> None:
    """Put the rows of databases/*.rows.sql in."""
    for script in sorted(SCRIPTS.glob("*.rows.sql")):
        run_script(urls[script.name.split(".")[0]], script)
