"""The run record tells what happened, also of runs that failed or were killed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from odoo_lake.build.dbt import Invocation, NodeResult
from odoo_lake.errors import UserError
from odoo_lake.lake.location import Lake
from odoo_lake.reconcile.checks import load_checks
from odoo_lake.reconcile.compare import CheckResult
from odoo_lake.reconcile.run import Reconciliation
from odoo_lake.record.status import read_status
from odoo_lake.record.tables import ExtractRun, ObjectAccess, QueryLog, QueryLogColumn, TableState
from odoo_lake.record.writer import RunRecord

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    return RunRecord(Lake(str(tmp_path)))


def invocation(status: str, started_at: datetime = NOW, name: str = "monthly_pnl") -> Invocation:
    node = NodeResult(f"model.odoo_lakehouse.{name}", "model", status, 1.5, None, "said dbt")
    return Invocation(f"invocation-{started_at}", started_at, 2.5, (node,))


def reconciliation(differing: int) -> Reconciliation:
    return Reconciliation((CheckResult(load_checks()[0], 10, 10, Decimal("0.01"), differing, ()),), {})


def test_queries_and_accesses_are_forgotten_after_400_days(record: RunRecord) -> None:
    ages = {"kept": timedelta(days=399), "old": timedelta(days=401)}
    with record.session() as session:
        for name, age in ages.items():
            session.add(asked(name, NOW - age))
            session.add(accessed(name, NOW - age))
            session.flush()
            session.add(
                QueryLogColumn(query_id=name, table_name="t", column_name="c", is_sensitive=True, is_masked=False)
            )
        session.commit()
    record.save_invocation(invocation("success"), "run", date(2026, 1, 31))
    with record.session() as session:
        assert list(session.scalars(select(QueryLog.query_id))) == ["kept"]
        assert list(session.scalars(select(QueryLogColumn.query_id))) == ["kept"]
        assert list(session.scalars(select(ObjectAccess.access_id))) == ["kept"]


def asked(query_id: str, at: datetime) -> QueryLog:
    return QueryLog(
        query_id=query_id,
        user_name="ana",
        login="ana",
        groups="analyst",
        source=None,
        created_at=at,
        state="FINISHED",
        queued_ms=0,
        elapsed_ms=1,
        scanned_bytes=0,
        error_type=None,
    )


def accessed(access_id: str, at: datetime) -> ObjectAccess:
    return ObjectAccess(
        access_id=access_id,
        bucket="odoo-lake-bronze",
        user_name="extractor",
        action="PutObject",
        first_at=at - timedelta(days=2),
        last_at=at,
        requests=1,
        refusals=0,
    )


def test_a_failed_extraction_is_recorded_with_its_reason(record: RunRecord) -> None:
    with pytest.raises(UserError), record.extraction("odoo on host:5432"):
        raise UserError("The disk is full.", "", "")
    [run] = read_status(record).extractions
    assert (run.status, run.error, run.source) == ("failed", "The disk is full.", "odoo on host:5432")
    assert run.finished_at is not None


def test_an_extraction_that_was_killed_is_recorded_as_failed_by_the_next(record: RunRecord) -> None:
    with record.session() as session:
        session.add(ExtractRun(status="running", started_at=NOW, source="odoo"))
        session.commit()
    with pytest.raises(UserError), record.extraction("odoo"):
        raise UserError("again", "", "")
    newest, killed = read_status(record).extractions
    assert (killed.status, killed.error) == ("failed", "killed")
    assert newest.error == "again"


def test_moments_come_back_in_utc(record: RunRecord) -> None:
    in_brussels = NOW.astimezone(timezone(timedelta(hours=1)))
    record.save_invocation(invocation("success", in_brussels), "run", date(2026, 1, 31))
    [build] = read_status(record).builds
    assert build.started_at == NOW
    assert build.started_at.tzinfo is UTC


def test_the_age_of_a_table_is_told_and_judged_by_its_contract(record: RunRecord) -> None:
    with record.session() as session:
        for table, hours in (("account_move", 4.0), ("res_country", 48.0)):
            session.add(
                TableState(
                    run_id="20260131",
                    table_name=table,
                    mode="changes",
                    extracted_at=NOW,
                    freshness_hours=hours,
                    source_rows=7,
                    rows_written=1,
                    rows_deleted=0,
                )
            )
        session.commit()
    late, fresh = read_status(record, now=NOW + timedelta(hours=5)).tables
    assert (late.table, late.is_late, late.age_hours) == ("account_move", True, 5)
    assert not fresh.is_late


def test_failed_nodes_of_the_newest_build_are_shown(record: RunRecord) -> None:
    record.save_invocation(invocation("error"), "run", date(2026, 1, 31))
    [node] = read_status(record).failed_nodes
    assert (node.unique_id, node.message) == ("model.odoo_lakehouse.monthly_pnl", "said dbt")
    record.save_invocation(invocation("success", NOW + timedelta(hours=1)), "run", date(2026, 1, 31))
    assert read_status(record).failed_nodes == ()


def test_differing_checks_of_the_newest_comparison_are_shown(record: RunRecord) -> None:
    record.save_reconciliation(reconciliation(3), "run", date(2026, 1, 31))
    [check] = read_status(record).differing_checks
    assert check.differing_figures == 3
    record.save_reconciliation(reconciliation(0), "run", date(2026, 1, 31))
    assert read_status(record).differing_checks == ()


def test_a_publication_is_noted_at_its_invocation(record: RunRecord) -> None:
    done = invocation("success")
    record.save_invocation(done, "run", date(2026, 1, 31))
    record.save_publication(done, "build-1", {"dim_customer": 2})
    assert read_status(record).builds[0].build_id == "build-1"


def test_a_record_that_cannot_be_opened_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOO_LAKE_OPS", "nonsense://x")
    with pytest.raises(UserError) as raised:
        RunRecord(Lake(str(tmp_path)))
    assert "ODOO_LAKE_OPS" in raised.value.remedy
