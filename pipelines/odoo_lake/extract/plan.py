"""What a run does with each table, decided before any row is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Contract, Method
from odoo_lake.errors import UserError
from odoo_lake.lake.commits import BronzeLog, TableCommit
from odoo_lake.settings import ExtractionSettings
from odoo_lake.source.odoo import ROW_ADDRESS, ROW_VERSION, OdooDatabase
from odoo_lake.source.projection import Projection, project

# Range scans over row addresses exist from PostgreSQL 14 on; before, each range would read the whole table.
_RANGE_SCANS_FROM = 140000
_NAMED_AT_MOST = 10


class Mode(StrEnum):
    """How a table is read in this run."""

    INITIAL = "initial"
    """Every row is written."""
    COMPARE = "compare"
    """Every row is read; those that differ from bronze are written, and a deletion for each key that is gone."""
    CHANGES = "changes"
    """Keys and row versions are read; only rows that are new or changed follow."""
    LANDED = "landed"
    """Airbyte's rows are taken over; rows that changed or went away since it read them follow."""
    REMOVE = "remove"
    """The table is gone from Odoo: a deletion is written for every key."""


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """One table of one run."""

    contract: Contract
    mode: Mode
    reason: str
    previous: TableCommit | None
    projection: Projection
    pages: int = 0
    estimated_rows: int = 0
    has_row_versions: bool = False
    has_row_ranges: bool = False
    landed: tuple[str, ...] | None = None
    """Airbyte's files that are not taken over yet; None for a table that Airbyte does not land."""

    @property
    def table(self) -> str:
        return self.contract.table

    @property
    def relation(self) -> str:
        return f'public."{self.contract.relation}"'

    @property
    def condition(self) -> str:
        """The contract's row filter as a SQL condition."""
        return f"({self.contract.row_filter})" if self.contract.row_filter else "true"


@dataclass(frozen=True)
class Plan:
    """All tables of a run, and those that this database does not have."""

    tables: tuple[TablePlan, ...]
    absent: tuple[str, ...]


def make_plan(
    catalogue: Catalogue,
    database: OdooDatabase,
    log: BronzeLog,
    settings: ExtractionSettings,
    *,
    now: datetime,
    with_hash_key: bool,
    readable_states: frozenset[str],
    compare_tables: frozenset[str] = frozenset(),
    accept_schema_changes: bool = False,
    landed: Mapping[str, tuple[str, ...]] | None = None,
) -> Plan:
    """Decide the mode of every table; raises UserError for missing privileges and for columns that went away.

    `landed` is table to Airbyte's files that are not taken over yet.
    """
    present = {table: c for table, c in catalogue.items() if _is_there(c, database)}
    projections = {
        table: project(contract, database.relations[contract.relation], with_hash_key=with_hash_key)
        for table, contract in present.items()
    }
    _check_privileges(present, projections, database)
    if not accept_schema_changes:
        _check_structure(catalogue, present, database, log)
    same_source = log.last is not None and log.last.source_identity == database.identity
    plans = []
    for table, contract in present.items():
        relation = database.relations[contract.relation]
        previous = log.latest(table)
        files = (landed or {}).get(table)
        # Airbyte's rows have no row version: the cursor's value stands for it.
        has_row_versions = files is None and ROW_VERSION not in relation.unreadable
        mode, reason = _mode(contract, projections[table], previous, settings, now, same_source=same_source)
        if files is not None and mode in (Mode.INITIAL, Mode.CHANGES):
            mode, reason = Mode.LANDED, "Airbyte's rows"
        if mode in (Mode.CHANGES, Mode.LANDED) and previous is not None:
            if previous.key_state not in readable_states:
                mode, reason = Mode.COMPARE, "its state is lost"
            elif previous.has_row_versions != has_row_versions:
                mode, reason = Mode.COMPARE, "its row versions became readable or unreadable"
        if table in compare_tables and mode in (Mode.CHANGES, Mode.LANDED) and previous is not None:
            mode, reason = Mode.COMPARE, "asked for"
        plans.append(
            TablePlan(
                contract=contract,
                mode=mode,
                reason=reason,
                previous=previous,
                projection=projections[table],
                pages=relation.pages,
                estimated_rows=relation.estimated_rows,
                has_row_versions=has_row_versions,
                has_row_ranges=ROW_ADDRESS not in relation.unreadable and database.server_version >= _RANGE_SCANS_FROM,
                landed=files,
            )
        )
    plans += _removals(catalogue, present, log)
    absent = tuple(table for table in catalogue if table not in present)
    return Plan(tuple(plans), absent)


def _is_there(contract: Contract, database: OdooDatabase) -> bool:
    relation = database.relations.get(contract.relation)
    return relation is not None and all(name in relation.columns for name in _needed(contract))


def _needed(contract: Contract) -> tuple[str, ...]:
    # A module adds columns to another module's table; the timesheet filter needs one of those.
    filtered = [c.name for c in contract.columns if contract.row_filter and c.name in contract.row_filter.split()]
    return (*contract.primary_key, *filtered)


def _mode(
    contract: Contract,
    projection: Projection,
    previous: TableCommit | None,
    settings: ExtractionSettings,
    now: datetime,
    *,
    same_source: bool,
) -> tuple[Mode, str]:
    if previous is None:
        return Mode.INITIAL, "first run"
    if contract.method is Method.FULL_REFRESH:
        return Mode.COMPARE, "full refresh"
    if not same_source:
        return Mode.COMPARE, "the source database was restored or replaced"
    if previous.columns != projection.signature:
        return Mode.COMPARE, "its columns changed"
    if previous.compared_at is None or now - previous.compared_at >= timedelta(hours=settings.full_refresh_hours):
        return Mode.COMPARE, "its full comparison is due"
    return Mode.CHANGES, "incremental"


def _removals(catalogue: Catalogue, present: dict[str, Contract], log: BronzeLog) -> list[TablePlan]:
    nothing = Projection((), (), ())
    return [
        TablePlan(contract=c, mode=Mode.REMOVE, reason="gone from Odoo", previous=latest, projection=nothing)
        for table, c in catalogue.items()
        if table not in present and (latest := log.latest(table)) is not None and latest.columns
    ]


def _check_privileges(present: dict[str, Contract], projections: dict[str, Projection], database: OdooDatabase) -> None:
    missing: dict[str, list[str]] = {}
    for table, contract in present.items():
        unreadable = database.relations[contract.relation].unreadable
        columns = [c.name for c in projections[table].columns if c.name in unreadable]
        if columns:
            known = missing.setdefault(contract.relation, [])
            known.extend(name for name in columns if name not in known)
    if missing:
        relation, columns = next(iter(missing.items()))
        others = f" and columns of {len(missing) - 1} more tables ({', '.join(list(missing)[1:][:_NAMED_AT_MOST])})"
        raise UserError(
            f"The login may not read {', '.join(columns)} of {relation}{others if len(missing) > 1 else ''}.",
            "Nothing was read: figures would be wrong without them.",
            f'grant select ({", ".join(columns)}) on public."{relation}" to <role>;'
            " -- `odoo-lake grants` prints all that is needed",
        )


def _check_structure(
    catalogue: Catalogue, present: dict[str, Contract], database: OdooDatabase, log: BronzeLog
) -> None:
    gone = []
    for table, contract in catalogue.items():
        latest = log.latest(table)
        if latest is None or not latest.columns:
            continue
        if table not in present:
            gone.append(f"table {contract.relation}")
            continue
        columns = database.relations[contract.relation].columns
        gone += [f"column {contract.relation}.{name}" for name in latest.columns if name not in columns]
    if gone:
        since = log.last.run_id if log.last else ""
        more = f" and {len(gone) - _NAMED_AT_MOST} more" if len(gone) > _NAMED_AT_MOST else ""
        raise UserError(
            f"Gone from the source since run {since}: {', '.join(gone[:_NAMED_AT_MOST])}{more}.",
            "Nothing was read: what is built from them would silently become empty.",
            "If a module was removed or Odoo was upgraded, run once with --accept-schema-changes.",
        )
