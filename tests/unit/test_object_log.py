"""Requests on the object store: what is read of MinIO's entries, what is added up, and what an audit says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from odoo_lake.cli.app import app
from odoo_lake.query_log.audit import accesses
from odoo_lake.query_log.events import MalformedEventError
from odoo_lake.query_log.object_events import Ledger, parse_requests
from odoo_lake.record.tables import Base

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BRONZE = "odoo-lake-bronze"


def entry(second: int = 0, user: str = "trino", **api: Any) -> dict[str, Any]:
    """As MinIO posts it, without the parts that nobody reads."""
    call = {"name": "GetObject", "bucket": BRONZE, "object": "CANARY", "statusCode": 200, **api}
    return {
        "version": "1",
        "time": f"2026-11-22T10:00:{second:02}.000000001Z",
        "trigger": "incoming",
        "api": call,
        "accessKey": user,
        "requestHeader": {"Authorization": "CANARY"},
    }


def body(*entries: dict[str, Any], between: str = "\n") -> bytes:
    return between.join(map(json.dumps, entries)).encode()


@pytest.fixture
def record(tmp_path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{tmp_path / 'ops.sqlite'}")
    Base.metadata.create_all(engine)
    return engine


@given(st.integers(0, 20), st.sampled_from(["", "\n", "\r\n", "  "]))
def test_a_post_holds_any_number_of_entries(number: int, between: str) -> None:
    found = parse_requests(body(*(entry(second) for second in range(number)), between=between))
    assert [request.time.second for request in found] == list(range(number))


@pytest.mark.parametrize("text", [b"not json", b"{", b"[]", b"{}", b"\xff", body(entry()) + b"{"])
def test_what_is_no_entry_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedEventError):
        parse_requests(text)


def test_requests_are_added_up_by_bucket_user_and_action(record: Engine) -> None:
    ledger = Ledger()
    ledger.add(parse_requests(body(entry(1), entry(3), entry(2, statusCode=403), entry(4, name="PutObject"))))
    ledger.add(parse_requests(body(entry(5), entry(6, user="extractor"), entry(7, bucket="odoo-lake-gold"))))
    assert ledger.write(record) == 3
    assert ledger.write(record) == 0
    found = {(one.user_name, one.action): one for one in accesses(record, BRONZE, LONG_AGO)}
    assert {key: (one.requests, one.failures) for key, one in found.items()} == {
        ("trino", "GetObject"): (4, 1),
        ("trino", "PutObject"): (1, 0),
        ("extractor", "GetObject"): (1, 0),
    }
    reads = found["trino", "GetObject"]
    assert (reads.first_at.second, reads.last_at.second) == (1, 5)
    assert not accesses(record, "odoo-lake-gold", LONG_AGO)


def test_a_key_for_a_while_is_its_owners_and_no_key_is_anonymous(record: Engine) -> None:
    ledger = Ledger()
    ledger.add(parse_requests(body({**entry(user="TEMPORARY"), "parentUser": "backup"}, entry(user=""))))
    ledger.write(record)
    assert {one.user_name for one in accesses(record, BRONZE, LONG_AGO)} == {"backup", "anonymous"}


def test_what_cannot_be_written_is_written_later(record: Engine, tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(parse_requests(body(entry(1))))
    with pytest.raises(OperationalError):
        ledger.write(create_engine(f"sqlite:///{tmp_path / 'missing' / 'ops.sqlite'}"))
    ledger.add(parse_requests(body(entry(2))))
    ledger.write(record)
    [one] = accesses(record, BRONZE, LONG_AGO)
    assert (one.requests, one.first_at.second, one.last_at.second) == (2, 1, 2)


def test_the_audit_tells_who_touched_a_bucket(record: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger()
    ledger.add(parse_requests(body(entry(1), entry(2, statusCode=403))))
    ledger.write(record)
    monkeypatch.setenv("ODOO_LAKE_OPS", str(record.url))
    common = ["audit", "--since", "2026-11-22", "--lake", str(tmp_path)]
    said = CliRunner().invoke(app, [*common, "--bucket", BRONZE])
    assert said.output.splitlines() == [
        "2026-11-22 10:00:01Z to 10:00:02Z  trino  GetObject  2 requests, 1 failed",
        f"2 requests on {BRONZE} since 2026-11-22",
    ]
    for wrong in ([], ["--bucket", BRONZE, "--table", "gold.ar_aging"], ["--bucket", "odoo-lake-gold"]):
        assert CliRunner().invoke(app, [*common, *wrong]).exit_code != 0
