"""Requests on the object store: what is read of MinIO's entries, what is added up, and what an audit says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from typer.testing import CliRunner

from odoo_lake.cli.app import app
from odoo_lake.errors import UserError
from odoo_lake.query_log.audit import accesses
from odoo_lake.query_log.events import MalformedEventError
from odoo_lake.query_log.object_events import STORE, Ledger, parse_requests
from odoo_lake.query_log.receiver import MOST_BYTES, Guard, Tally, object_receiver
from odoo_lake.record.tables import Base
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.loopback import listening, wait_until_answers
from tests.ports import free_port
from tests.unit.test_query_log import counts, figures, post

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
    ledger.add(
        parse_requests(body(entry(1), entry(3), entry(2, statusCode=403), entry(4, name="PutObject", statusCode=404)))
    )
    ledger.add(parse_requests(body(entry(5), entry(6, user="extractor"), entry(7, bucket="odoo-lake-gold"))))
    assert ledger.write(record) == 3
    assert ledger.write(record) == 0
    found = {(one.user_name, one.action): one for one in accesses(record, BRONZE, LONG_AGO)}
    assert {key: (one.requests, one.refusals) for key, one in found.items()} == {
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
    assert said.exit_code == 0, said.output
    assert said.output.splitlines() == [
        "2026-11-22 10:00:01Z to 10:00:02Z  trino  GetObject  2 requests, 1 refused",
        f"2 requests on {BRONZE} since 2026-11-22",
        "It is not known who touched it before 2026-11-22 10:00:01Z",
    ]
    for wrong in ([], ["--bucket", BRONZE, "--table", "gold.ar_aging"], ["--bucket", "odoo-lake-gold"]):
        assert CliRunner().invoke(app, [*common, *wrong]).exit_code != 0


def test_nothing_known_is_not_nobody(record: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOO_LAKE_OPS", str(record.url))
    arguments = ["audit", "--lake", str(tmp_path), "--bucket", BRONZE, "--since"]
    assert isinstance(CliRunner().invoke(app, [*arguments, "2026-11-22"]).exception, UserError)
    ledger = Ledger()
    ledger.add(parse_requests(body(entry(1))))
    ledger.write(record)
    said = CliRunner().invoke(app, [*arguments, "2026-11-23"])
    assert (said.exit_code, said.output) == (0, f"0 requests on {BRONZE} since 2026-11-23\n")


def test_what_the_store_does_by_itself_is_nobodys(record: Engine) -> None:
    ledger = Ledger()
    ledger.add(parse_requests(body({**entry(1, user="", name="ILMExpiry"), "trigger": "ilm:expiry"})))
    ledger.write(record)
    assert [(one.user_name, one.action) for one in accesses(record, BRONZE, LONG_AGO)] == [(STORE, "ILMExpiry")]


def test_requests_are_counted_as_minio_counts_them(record: Engine) -> None:
    ledger = Ledger()
    own = {**entry(4), "trigger": "ilm:expiry"}
    ledger.add(parse_requests(body(entry(1), entry(2), entry(3, bucket="odoo-lake-gold"), own)))
    assert values(ledger) == {"requests_total": 3, "unwritten_requests": 3}
    ledger.write(record)
    assert values(ledger) == {"requests_total": 3, "unwritten_requests": 0}


def values(ledger: Ledger) -> dict[str, float]:
    samples = [sample for family in figures(ledger) for sample in family.samples]
    return {sample.name.removeprefix("odoo_lake_object_log_"): sample.value for sample in samples}


@contextmanager
def told(ledger: Ledger, token: str | None = None, tally: Tally | None = None) -> Iterator[str]:
    with listening(object_receiver(("127.0.0.1", 0), ledger, guard=Guard(token), tally=tally)) as url:
        yield url


def test_what_cannot_be_read_is_counted_and_not_sent_again_for_ever(record: Engine) -> None:
    ledger, tally = Ledger(), Tally()
    with told(ledger, tally=tally) as url:
        assert post(url, b"not json") == 200
        # All of it is taken: who hears the answer while it still sends takes it for a lost connection.
        assert post(url, b" " * (MOST_BYTES + 1)) == 200
        assert post(url, body(entry())) == 200
    assert counts(tally, "minio") == {"kept": 1, "malformed": 2, "refused": 0, "unwritten": 0}
    assert set(counts(tally, "trino").values()) == {0}
    assert values(ledger)["requests_total"] == 1


def test_a_post_without_the_token_is_not_believed() -> None:
    ledger, tally = Ledger(), Tally()
    with told(ledger, "right", tally) as url:
        for token in (None, "wrong"):
            assert post(url, body(entry()), token) == 401
        assert post(url, body(entry()), "right") == 200
    assert counts(tally, "minio") == {"kept": 1, "malformed": 0, "refused": 2, "unwritten": 0}
    assert values(ledger)["requests_total"] == 1


def test_neither_the_record_nor_the_log_holds_more_than_who_and_what(record: Engine) -> None:
    ledger = Ledger()
    secretive = {
        **entry(1),
        **dict.fromkeys(("remotehost", "requestPath", "userAgent", "error"), "CANARY"),
        **{part: {"key": "CANARY"} for part in ("requestQuery", "requestHeader", "responseHeader", "tags")},
    }
    with capture_logs() as said, told(ledger, "CANARY") as url:
        assert post(url, body(secretive), "CANARY") == 200
        for unread in (b"CANARY", b'{"time": "CANARY"}', b'{"CANARY": 1}', body(secretive)[:-1]):
            assert post(url, unread, "CANARY") == 200
        assert post(url, body(secretive), "CANARY-too") == 401
    assert ledger.write(record) == 1
    with record.connect() as connection:
        kept = str(connection.exec_driver_sql("select * from object_access").all())
    assert BRONZE in kept
    assert "CANARY" not in kept
    assert len(said) == 5
    assert "CANARY" not in str(said)


def test_moments_are_said_in_utc_whatever_the_databases_zone(postgres: EmbeddedPostgres) -> None:
    url = postgres.recreate_database("object_log_zone").replace("postgresql:", "postgresql+psycopg:")
    record = create_engine(url, connect_args={"options": "-c timezone=Asia/Tokyo"})
    Base.metadata.create_all(record)
    ledger = Ledger()
    ledger.add(parse_requests(body(entry(1))))
    ledger.write(record)
    [one] = accesses(record, BRONZE, LONG_AGO)
    assert f"{one.first_at:%H:%M}" == "10:00"
    record.dispose()


def test_what_was_told_is_written_when_the_receiver_is_stopped(record: Engine, tmp_path: Path) -> None:
    ports = [free_port() for _ in range(3)]
    names = ("--port", "--metrics-port", "--objects-port")
    options = [word for name, port in zip(names, ports, strict=True) for word in (name, str(port))]
    environment = {"ODOO_LAKE_OPS": str(record.url), "ODOO_LAKE_OBJECT_LOG_TOKEN": "right"}
    process = subprocess.Popen(
        [Path(sys.executable).with_name("odoo-lake"), "query-log", "--lake", str(tmp_path), *options],
        env={**os.environ, **environment},
    )
    try:
        wait_until_answers(f"http://127.0.0.1:{ports[1]}/health", process)
        assert post(f"http://127.0.0.1:{ports[2]}/", body(entry()), "wrong") == 401
        assert post(f"http://127.0.0.1:{ports[2]}/", body(entry(), entry()), "right") == 200
        assert not accesses(record, BRONZE, LONG_AGO), "it adds them up first"
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
    assert [one.requests for one in accesses(record, BRONZE, LONG_AGO)] == [2]
