"""Write the run record."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, create_engine, delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from odoo_lake.build.dbt import Invocation
from odoo_lake.errors import UserError
from odoo_lake.extract.run import Outcome
from odoo_lake.lake.location import Lake
from odoo_lake.reconcile.run import Reconciliation
from odoo_lake.record.tables import (
    Base,
    DbtNodeResult,
    DbtRun,
    ExtractRun,
    MissingReferent,
    ObjectAccess,
    QueryLog,
    QueryLogColumn,
    ReconciliationResult,
    TableState,
)

RECORD_VARIABLE = "ODOO_LAKE_OPS"
QUERY_LOG_DAYS = 400


def record_url(lake: Lake) -> str:
    """The record's SQLAlchemy address: ODOO_LAKE_OPS, else a SQLite file beside a local lake."""
    named = os.environ.get(RECORD_VARIABLE)
    folder = lake.work_directory if lake.is_s3 else Path(lake.root)
    return named or f"sqlite:///{folder / 'lake_ops.sqlite'}"


def open_record(lake: Lake) -> Engine:
    """The record's database, its tables made; raises UserError when it can't be opened."""
    url = record_url(lake)
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    try:
        engine = create_engine(url)
        Base.metadata.create_all(engine)
    except SQLAlchemyError as error:
        raise UserError(
            f"The run record can't be opened: {str(error).splitlines()[0]}",
            "Monitoring would not see this run.",
            f"Correct {RECORD_VARIABLE}, or unset it to keep the record beside the lake.",
        ) from error
    return engine


class RunRecord:
    """The record of one lake."""

    def __init__(self, lake: Lake) -> None:
        self._engine = open_record(lake)

    def session(self) -> Session:
        return Session(self._engine, expire_on_commit=False)

    @contextmanager
    def extraction(self, source: str) -> Iterator[Extraction]:
        """Record an extraction from start to end, whatever the end is."""
        now = datetime.now(UTC)
        with self.session() as session:
            # The bronze lock lets one extraction run at a time: an earlier one that still runs was killed.
            killed = update(ExtractRun).where(ExtractRun.status == "running")
            session.execute(killed.values(status="failed", finished_at=now, error="killed"))
            run = ExtractRun(status="running", started_at=now, source=source)
            session.add(run)
            session.commit()
        extraction = Extraction()
        try:
            yield extraction
        except BaseException as error:
            fact = error.fact if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
            self._finish(run.id, status="failed", error=fact)
            raise
        self._save_outcome(run.id, extraction.outcome)

    def _save_outcome(self, key: int, outcome: Outcome | None) -> None:
        if outcome is None:
            raise RuntimeError("an extraction ended without an outcome")
        commit = outcome.commit
        plans = {plan.table: plan for plan in outcome.plan.tables}
        with self.session() as session:
            session.add_all(
                TableState(
                    run_id=commit.run_id,
                    table_name=table,
                    mode=str(plans[table].mode),
                    extracted_at=commit.extracted_at,
                    freshness_hours=plans[table].contract.freshness_hours,
                    source_rows=entry.source_rows or 0,
                    rows_written=entry.rows_written,
                    rows_deleted=entry.rows_deleted,
                )
                for table, entry in commit.tables.items()
            )
            session.commit()
        self._finish(
            key,
            status="succeeded",
            run_id=commit.run_id,
            odoo_version=commit.odoo_full_version,
            rows_written=sum(entry.rows_written for entry in commit.tables.values()),
            rows_deleted=sum(entry.rows_deleted for entry in commit.tables.values()),
        )

    def _finish(self, key: int, **values: object) -> None:
        with self.session() as session:
            statement = update(ExtractRun).where(ExtractRun.id == key)
            session.execute(statement.values(finished_at=datetime.now(UTC), **values))
            session.commit()

    def save_invocation(self, invocation: Invocation, run_id: str, as_of: date) -> None:
        with self.session() as session:
            session.add(
                DbtRun(
                    invocation_id=invocation.invocation_id,
                    run_id=run_id,
                    as_of=as_of.isoformat(),
                    status="failed" if invocation.failures else "succeeded",
                    started_at=invocation.started_at,
                    elapsed_seconds=invocation.elapsed_seconds,
                )
            )
            session.flush()
            session.add_all(
                DbtNodeResult(
                    invocation_id=invocation.invocation_id,
                    unique_id=node.unique_id,
                    resource_type=node.resource_type,
                    status=node.status,
                    execution_seconds=node.execution_seconds,
                    failures=node.failures,
                    message=node.message,
                )
                for node in invocation.nodes
            )
            self._forget_queries(session, invocation.started_at - timedelta(days=QUERY_LOG_DAYS))
            session.commit()

    def _forget_queries(self, session: Session, before: datetime) -> None:
        """Who asked for what is kept no longer than a yearly audit needs; its writer may not delete."""
        old = select(QueryLog.query_id).where(QueryLog.created_at < before)
        session.execute(delete(QueryLogColumn).where(QueryLogColumn.query_id.in_(old)))
        session.execute(delete(QueryLog).where(QueryLog.created_at < before))
        session.execute(delete(ObjectAccess).where(ObjectAccess.last_at < before))

    def save_publication(self, invocation: Invocation, build_id: str, missing: dict[str, int]) -> None:
        """Say which publication came of an invocation, and how many placeholders its dimensions hold."""
        with self.session() as session:
            statement = update(DbtRun).where(DbtRun.invocation_id == invocation.invocation_id)
            session.execute(statement.values(build_id=build_id))
            session.add_all(
                MissingReferent(build_id=build_id, dimension=name, published_at=datetime.now(UTC), rows=rows)
                for name, rows in missing.items()
            )
            session.commit()

    def save_reconciliation(self, reconciliation: Reconciliation, run_id: str, as_of: date) -> None:
        now = datetime.now(UTC)
        with self.session() as session:
            session.add_all(
                ReconciliationResult(
                    run_id=run_id,
                    as_of=as_of.isoformat(),
                    compared_at=now,
                    check_name=result.check.name,
                    keys_compared=result.keys_compared,
                    figures_compared=result.figures_compared,
                    differing_figures=result.differing_figures,
                    greatest_difference=float(result.greatest_difference),
                )
                for result in reconciliation.results
            )
            session.commit()


class Extraction:
    """Takes the outcome of the extraction that is being recorded."""

    outcome: Outcome | None = None
