"""Trino's finished queries in the run record: what is kept, what is refused, what an audit says."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import ProgrammingError
from typer.testing import CliRunner

from odoo_lake.cli.app import app
from odoo_lake.query_log.audit import readings
from odoo_lake.query_log.events import AccessPolicy, access_policy
from odoo_lake.query_log.object_events import Ledger
from odoo_lake.query_log.receiver import MOST_BYTES, Guard, Tally, metrics, receiver
from odoo_lake.query_log.tables import make_tables
from odoo_lake.record.tables import Base
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.lake.certificates import make_certificates
from tests.loopback import listening

POLICY = AccessPolicy({"gold.ar_aging": frozenset({"partner_name"})}, frozenset({"etl"}))
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
        "context": {"user": user, "principal": "superset", "groups": ["finance"], "source": "superset"},
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
def told(record: Engine, guard: Guard = Guard(), tally: Tally | None = None) -> Iterator[str]:  # noqa: B008
    with listening(receiver(("127.0.0.1", 0), record, POLICY, guard=guard, tally=tally)) as url:
        yield url.replace("http:", "https:") if guard.certificate else url


def post(url: str, body: bytes, token: str | None = None, trusted: Path | None = None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    context = ssl.create_default_context(cafile=str(trusted)) if trusted else None
    try:
        request = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def counts(tally: Tally, sender: str = "trino") -> dict[str, float]:
    """What Prometheus reads, by outcome."""
    [family] = figures(tally)
    assert family.type == "counter"
    return {sample.labels["outcome"]: sample.value for sample in family.samples if sample.labels["sender"] == sender}


def figures(*sources: Tally | Ledger) -> list[Metric]:
    """What Prometheus reads."""
    with (
        listening(metrics(("127.0.0.1", 0), *sources)) as url,
        urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer,
    ):
        return list(text_string_to_metric_families(answer.read().decode()))


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
def test_what_is_no_event_is_refused_and_counted(record: Engine, body: bytes) -> None:
    tally = Tally()
    with told(record, tally=tally) as url:
        assert post(url, body) == 400
        assert post(url, json.dumps(event()).encode()) == 200
    assert counts(tally) == {"kept": 1, "malformed": 1, "refused": 0, "unwritten": 0}


def test_trino_is_told_to_try_again_while_the_record_cannot_be_written(tmp_path: Path) -> None:
    tally = Tally()
    with told(create_engine(f"sqlite:///{tmp_path / 'missing' / 'ops.sqlite'}"), tally=tally) as url:
        assert post(url, json.dumps(event()).encode()) == 503
    assert counts(tally)["unwritten"] == 1


def test_an_event_without_the_token_is_not_believed(record: Engine) -> None:
    tally = Tally()
    with told(record, Guard(token="right"), tally) as url:
        for token in (None, "wrong", "righ", "right "):
            assert post(url, json.dumps(event(f"forged-{token}")).encode(), token) == 401
        assert post(url, json.dumps(event("q2")).encode(), "right") == 200
    assert [one.query_id for one in readings(record, "gold.ar_aging", LONG_AGO)] == ["q2"]
    assert counts(tally) == {"kept": 1, "malformed": 0, "refused": 4, "unwritten": 0}


def test_the_token_is_in_no_text() -> None:
    assert "CANARY" not in repr(Guard(token="CANARY"))


def test_what_is_said_is_hidden_and_a_renewed_certificate_is_shown(record: Engine, tmp_path: Path) -> None:
    keystore = tmp_path / "tls-combined.pem"
    first = make_certificates(tmp_path, keystore)
    with told(record, Guard(certificate=keystore)) as url:
        assert post(url, json.dumps(event("q1")).encode(), trusted=first.authority) == 200
        (tmp_path / "renewed").mkdir()
        renewed = make_certificates(tmp_path / "renewed", keystore)
        assert post(url, json.dumps(event("q2")).encode(), trusted=renewed.authority) == 200
        with pytest.raises((urllib.error.URLError, http.client.HTTPException, ConnectionError)):
            post(url.replace("https", "http"), json.dumps(event("q3")).encode())
    assert {one.query_id for one in readings(record, "gold.ar_aging", LONG_AGO)} == {"q1", "q2"}


def test_an_event_that_is_too_large_is_counted_and_not_read(record: Engine) -> None:
    tally = Tally()
    with told(record, tally=tally) as url:
        connection = http.client.HTTPConnection(url.split("/")[2], timeout=30)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(MOST_BYTES + 1))
        connection.endheaders()
        assert connection.getresponse().status == 400
    assert counts(tally)["malformed"] == 1


def test_of_a_build_only_sensitive_columns_are_kept(record: Engine) -> None:
    built = event()
    built["context"]["groups"] = ["etl"]
    with told(record) as url:
        assert post(url, json.dumps(built).encode()) == 200
    with record.connect() as connection:
        names: list[str] = list(connection.exec_driver_sql("select column_name from query_log_column").scalars())
    assert names == ["partner_name"]


def test_the_projects_policy_names_who_builds_and_what_is_sensitive() -> None:
    policy = access_policy(Path(__file__).parents[2] / "contracts" / "access.yaml")
    assert policy.builders == {"etl"}
    assert policy.sensitive["gold.ar_aging"] == {"partner_name"}


def test_who_asked_on_behalf_of_another_is_told(record: Engine) -> None:
    with told(record) as url:
        post(url, json.dumps(event("q1", "anna")).encode())
    [one] = readings(record, "gold.ar_aging", LONG_AGO)
    assert (one.user_name, one.login) == ("anna", "superset")


def test_the_audit_says_for_whom_a_program_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOO_LAKE_OPS", f"sqlite:///{tmp_path / 'ops.sqlite'}")
    kept = create_engine(f"sqlite:///{tmp_path / 'ops.sqlite'}")
    Base.metadata.create_all(kept)
    with told(kept) as url:
        post(url, json.dumps(event("q1", "anna")).encode())
        post(url, json.dumps(event("q2", "superset")).encode())
    arguments = ["audit", "--table", "gold.ar_aging", "--since", "2026-11-22", "--lake", str(tmp_path)]
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 0, said.output
    people = {line.split("  ")[-1]: line.split("  ")[1] for line in said.output.splitlines()[:-1]}
    assert people == {"q1": "anna (finance) through superset", "q2": "superset (finance)"}


def test_the_writers_login_may_add_rows_and_nothing_else(postgres: EmbeddedPostgres) -> None:
    owner = create_engine(driver(postgres.recreate_database("query_log_rights")))
    postgres.execute("do $$ begin create role log_writer login; exception when duplicate_object then null; end $$")
    writer = create_engine(driver(postgres.url("query_log_rights", user="log_writer")))
    for _ in range(2):
        make_tables(owner, "log_writer")
    with told(writer) as url:
        for _ in range(2):
            assert post(url, json.dumps(event()).encode()) == 200
        assert post(url, json.dumps(event("q2")).encode()) == 200
    assert {one.query_id for one in readings(owner, "gold.ar_aging", LONG_AGO)} == {"q1", "q2"}
    for statement in (
        "select * from query_log",
        "select * from query_log_column",
        "select * from object_access",
        "update query_log set user_name = 'nobody'",
        "delete from query_log",
        "delete from query_log_column",
        "update object_access set user_name = 'nobody'",
        "delete from object_access",
        "truncate query_log cascade",
        "create table other (id int)",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), writer.begin() as connection:
            connection.exec_driver_sql(statement)
    for engine in (owner, writer):
        engine.dispose()


def driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
