"""Trino's finished queries in the run record: what is kept, what is refused, what an audit says."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from odoo_lake.query_log.audit import readings
from odoo_lake.query_log.receiver import receiver
from odoo_lake.record.tables import Base

SENSITIVE = {"gold.ar_aging": frozenset({"partner_name"})}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def event(query_id: str = "q1", user: str = "fin", mask: str | None = None, **changes: Any) -> dict[str, Any]:
    """As Trino 476 posts it, without the parts that nobody reads."""
    columns = [{"column": "partner_name", **({"mask": {"expression": mask}} if mask else {})}, {"column": "total"}]
    return {
        "metadata": {
            "queryId": query_id,
            "query": "select 'CANARY'",
            "queryState": "FINISHED",
            "tables": [
                {"catalog": "lake", "schema": "gold", "table": "ar_aging", "columns": columns},
                {"catalog": "lake", "schema": "gold_build", "table": "ar_aging", "columns": [{"column": "total"}]},
                {"catalog": "system", "schema": "runtime", "table": "nodes", "columns": [{"column": "node_id"}]},
            ],
        },
        "context": {"user": user, "groups": ["finance"], "source": "superset"},
        "statistics": {"wallTime": 1.25, "queuedTime": 0.5, "physicalInputBytes": 2048},
        "createTime": "2026-11-22T10:00:00.000Z",
        **changes,
    }


@pytest.fixture
def record(tmp_path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{tmp_path / 'ops.sqlite'}")
    Base.metadata.create_all(engine)
    return engine


@contextmanager
def told(record: Engine) -> Iterator[str]:
    with receiver(("127.0.0.1", 0), record, SENSITIVE) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def post(url: str, body: bytes) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_query_is_kept_once_with_what_it_read(record: Engine) -> None:
    with told(record) as url:
        for _ in range(2):
            assert post(url, json.dumps(event()).encode()) == 200
        assert post(url, json.dumps(event("q2", "ana", mask="'***'")).encode()) == 200
    found = readings(record, "gold.ar_aging", LONG_AGO)
    assert {(one.user_name, one.columns) for one in found} == {
        ("fin", ("partner_name",)),
        ("ana", ("partner_name (masked)",)),
    }
    with record.connect() as connection:
        rows = connection.exec_driver_sql(
            "select queued_ms, elapsed_ms, scanned_bytes, error_type from query_log"
        ).all()
        read = {
            tuple(row) for row in connection.exec_driver_sql("select table_name, column_name from query_log_column")
        }
    assert [tuple(row) for row in rows] == [(500, 1250, 2048, None)] * 2
    assert read == {("gold.ar_aging", "partner_name"), ("gold.ar_aging", "total")}


def test_an_audit_begins_where_it_is_asked_to(record: Engine) -> None:
    with told(record) as url:
        post(url, json.dumps(event()).encode())
    assert readings(record, "gold.ar_aging", datetime(2026, 11, 22, 10, tzinfo=UTC))
    assert not readings(record, "gold.ar_aging", datetime(2026, 11, 22, 10, 1, tzinfo=UTC))
    assert not readings(record, "gold.ap_aging", LONG_AGO)


def test_a_failed_query_keeps_its_kind_of_error(record: Engine) -> None:
    failed = event(failureInfo={"errorCode": {"code": 1, "name": "SYNTAX_ERROR", "type": "USER_ERROR"}})
    with told(record) as url:
        assert post(url, json.dumps(failed).encode()) == 200
    with record.connect() as connection:
        assert connection.exec_driver_sql("select error_type from query_log").scalar_one() == "USER_ERROR"


@pytest.mark.parametrize("body", [b"not json", b"{}", b"[]"])
def test_what_is_no_event_is_refused(record: Engine, body: bytes) -> None:
    with told(record) as url:
        assert post(url, body) == 400


def test_trino_is_told_to_try_again_while_the_record_cannot_be_written(tmp_path: Path) -> None:
    with told(create_engine(f"sqlite:///{tmp_path / 'missing' / 'ops.sqlite'}")) as url:
        assert post(url, json.dumps(event()).encode()) == 503
