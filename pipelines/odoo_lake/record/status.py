"""What the run record says now: the last runs, how old each table's data is, and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from odoo_lake.record.tables import DbtNodeResult, DbtRun, ExtractRun, ReconciliationResult, TableState
from odoo_lake.record.writer import RunRecord

_FAILED_NODES = ("error", "fail", "partial success")


@dataclass(frozen=True)
class TableAge:
    """How long ago a table was last read from its source."""

    table: str
    extracted_at: datetime
    age_hours: float
    freshness_hours: float
    source_rows: int

    @property
    def is_late(self) -> bool:
        return self.age_hours > self.freshness_hours


@dataclass(frozen=True)
class Status:
    """The record at one moment, newest first."""

    extractions: tuple[ExtractRun, ...]
    builds: tuple[DbtRun, ...]
    tables: tuple[TableAge, ...]
    failed_nodes: tuple[DbtNodeResult, ...]
    """Of the newest dbt invocation."""
    differing_checks: tuple[ReconciliationResult, ...]
    """Of the newest comparison."""

    @property
    def is_well(self) -> bool:
        latest = self.extractions[0].status if self.extractions else "never"
        late = any(table.is_late for table in self.tables)
        return latest in ("succeeded", "running") and not (late or self.failed_nodes or self.differing_checks)


def read_status(record: RunRecord, *, runs: int = 5, now: datetime | None = None) -> Status:
    """Read the newest runs and the age of every table."""
    moment = now or datetime.now(UTC)
    with record.session() as session:
        extractions = session.scalars(select(ExtractRun).order_by(ExtractRun.id.desc()).limit(runs)).all()
        builds = session.scalars(select(DbtRun).order_by(DbtRun.started_at.desc()).limit(runs)).all()
        newest = session.scalar(select(func.max(TableState.run_id)))
        nodes = session.scalars(
            select(DbtNodeResult).where(
                DbtNodeResult.invocation_id == (builds[0].invocation_id if builds else None),
                DbtNodeResult.status.in_(_FAILED_NODES),
            )
        ).all()
        compared = select(func.max(ReconciliationResult.compared_at)).scalar_subquery()
        checks = session.scalars(
            select(ReconciliationResult).where(
                ReconciliationResult.compared_at == compared, ReconciliationResult.differing_figures > 0
            )
        ).all()
    return Status(
        extractions=tuple(extractions),
        builds=tuple(builds),
        tables=table_ages(record, newest, moment) if newest else (),
        failed_nodes=tuple(nodes),
        differing_checks=tuple(checks),
    )


def table_ages(record: RunRecord, run_id: str, now: datetime) -> tuple[TableAge, ...]:
    """How old the tables of one extraction are."""
    with record.session() as session:
        statement = select(TableState).where(TableState.run_id == run_id).order_by(TableState.table_name)
        return tuple(_age(table, now) for table in session.scalars(statement))


def last_comparison(record: RunRecord, run_id: str, as_of: date) -> tuple[ReconciliationResult, ...]:
    """The newest comparison of what was built from an extraction for a day; empty when there is none."""
    of_this = (ReconciliationResult.run_id == run_id, ReconciliationResult.as_of == as_of.isoformat())
    newest = select(func.max(ReconciliationResult.compared_at)).where(*of_this).scalar_subquery()
    statement = select(ReconciliationResult).where(*of_this, ReconciliationResult.compared_at == newest)
    with record.session() as session:
        return tuple(session.scalars(statement.order_by(ReconciliationResult.check_name)))


def _age(state: TableState, now: datetime) -> TableAge:
    return TableAge(
        table=state.table_name,
        extracted_at=state.extracted_at,
        age_hours=(now - state.extracted_at).total_seconds() / 3600,
        freshness_hours=state.freshness_hours,
        source_rows=state.source_rows,
    )
