"""Bronze as DuckDB views: what dbt's sources stand on."""

from __future__ import annotations

import duckdb

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Column, Contract
from odoo_lake.lake.bronze import bronze_rows, bronze_types, duckdb_type
from odoo_lake.lake.commits import BronzeLog
from odoo_lake.lake.duck import identifier, quoted
from odoo_lake.lake.store import Store

SCHEMA = "bronze"
EXTRACTIONS = "extractions"


def create_bronze_views(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, log: BronzeLog, bronze: Store
) -> None:
    """One view per contract over committed files; a table that Odoo lacks is empty and has all its columns."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    for table, contract in catalogue.items():
        urls = [bronze.url(file.path) for file in log.files(table)]
        rows = bronze_rows(urls, bronze_types(present_columns(contract, log)))
        gone = "".join(f", null::{duckdb_type(c)} as {identifier(c.name)}" for c in dropped_columns(contract, log))
        connection.execute(f"create or replace view {SCHEMA}.{identifier(table)} as select *{gone} from ({rows})")
    connection.execute(f"create or replace view {SCHEMA}.{EXTRACTIONS} as {_extractions(log)}")


def _extractions(log: BronzeLog) -> str:
    """When runs read the source: a run that finds nothing changed leaves no other trace in bronze."""
    times = ", ".join(
        f"({quoted(moment.replace(tzinfo=None).isoformat())}::timestamp)" for moment in log.extraction_times
    )
    rows = f"(values {times})" if times else "(select null::timestamp where false)"
    return f"select extracted_at from {rows} as extractions(extracted_at)"


def present_columns(contract: Contract, log: BronzeLog) -> tuple[Column, ...]:
    """The contract's columns that bronze has; all of them for a table that it does not have."""
    latest = log.latest(contract.table)
    if latest is None or not latest.columns:
        return contract.columns
    return tuple(column for column in contract.columns if column.name in latest.columns)


def dropped_columns(contract: Contract, log: BronzeLog) -> tuple[Column, ...]:
    """Columns that went away from Odoo though its version has them: models find them empty instead of missing."""
    present = {column.name for column in present_columns(contract, log)}
    known = {
        name
        for commit in log.commits
        if contract.table in commit.tables
        for name in commit.tables[contract.table].columns
    }
    version = log.last.odoo_version if log.last else None
    return tuple(c for c in contract.columns if c.name in known - present and version in c.odoo_versions)
