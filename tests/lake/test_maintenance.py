"""Maintenance of the tables on Trino: readers notice nothing, and no file goes that one of them may need."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from trino.exceptions import TrinoQueryError

from odoo_lake.build.publish import Publication, PublishedTable
from odoo_lake.cli.app import main
from odoo_lake.lake.lock import exclusive
from odoo_lake.pipeline import BUILD_LOCK
from odoo_lake.progress import Silent
from odoo_lake.trino.connection import Session, TrinoAddress
from odoo_lake.trino.maintain import MaintainedTable, maintain_tables
from odoo_lake.trino.publish import is_iceberg, newest_version, read_publication, switch_views, version_of, version_path
from odoo_lake.trino.upkeep import Upkeep
from odoo_lake.workspace import ENGINE_VARIABLE
from tests.lake.conftest import LAKE_NAME, Servers

pytestmark = pytest.mark.lake

WRITES = 10
FIGURES = [(WRITES * 100, sum((Decimal(n) for n in range(WRITES)), Decimal(0)) * 100)]
FOLDER = "finance_mart/ledger"


class Hasty(TrinoAddress):
    """Sessions in which the server has no minimum retention: a day is longer than a test."""

    @contextmanager
    def connect(self) -> Iterator[Session]:
        with super().connect() as session:
            for name, *_ in session.rows("show session like 'lake.%min_retention'"):
                session.rows(f"set session {name} = '0s'")
            yield session


@pytest.fixture
def ledger(lake_servers: Servers) -> Iterator[Servers]:
    """A table of many small files, published as gold's views are."""
    lake_servers.empty()
    with lake_servers.address().connect() as session:
        session.rows(f"create schema lake.gold_build with (location = 's3://{LAKE_NAME}-gold/_schema')")
        session.rows(
            "create table lake.gold_build.ledger (id bigint, amount decimal(12,2), account varchar)"
            f" with (location = 's3://{LAKE_NAME}-gold/{FOLDER}')"
        )
        for number in range(WRITES):
            session.rows(
                f"insert into lake.gold_build.ledger select id, decimal '{number}', 'a' || cast(id % 7 as varchar)"
                " from unnest(sequence(1, 100)) as made (id)"
            )
        publish(session)
    yield lake_servers
    lake_servers.empty()


def publish(session: Session) -> None:
    version = newest_version(session, "gold_build", "ledger")
    table = PublishedTable(table_schema="gold", name="ledger", path=version_path(version), rows=WRITES * 100)
    publication = Publication(
        build_id="b",
        run_id="r",
        as_of=date(2026, 11, 22),
        published_at=datetime.now(UTC),
        fingerprint="f",
        tables=(table,),
    )
    switch_views(session, publication)


def figures(session: Session) -> list[tuple[Any, ...]]:
    return session.rows("select count(*), sum(amount) from lake.gold.ledger")


def maintain(servers: Servers, address: TrinoAddress, **options: int) -> MaintainedTable:
    found = maintain_tables(servers.lake, address, Upkeep(**options), Silent())
    [table] = [table for table in found if table.name == "ledger"]
    return table


def hasty(servers: Servers) -> TrinoAddress:
    address = servers.address()
    return Hasty(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        certificate_authority=address.certificate_authority,
    )


def data_files(servers: Servers) -> list[str]:
    listed = servers.store.client.list_objects_v2(Bucket=f"{LAKE_NAME}-gold", Prefix=f"{FOLDER}/")
    keys = (entry["Key"] for entry in listed["Contents"])
    return [key for key in keys if "_delta_log" not in key and "/metadata/" not in key]


class Reader:
    """Asks for the figures without a pause."""

    def __init__(self, servers: Servers) -> None:
        self.seen: list[list[tuple[Any, ...]]] = []
        self.errors: list[Exception] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(servers,))

    def _read(self, servers: Servers) -> None:
        with servers.address().connect() as session:
            while not self._end.is_set():
                try:
                    self.seen.append(figures(session))
                except Exception as error:
                    self.errors.append(error)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def test_a_reader_notices_nothing(ledger: Servers) -> None:
    with ledger.address().connect() as session:
        if is_iceberg(session):
            session.rows("alter table lake.gold_build.ledger execute drop_extended_stats")
        else:
            session.rows("call lake.system.drop_extended_stats('gold_build', 'ledger')")
        assert not known_distinct_values(session)
    with Reader(ledger) as reader:
        table = maintain(ledger, ledger.address(), retention_days=1, from_files=2)
        done = len(reader.seen)
    assert not reader.errors
    assert done > 0, "nothing was read meanwhile: this test shows nothing"
    assert all(seen == FIGURES for seen in reader.seen)
    assert (table.files_before, table.files_after, table.kept_for) == (WRITES, 1, None)
    with ledger.address().connect() as session:
        assert figures(session) == FIGURES
        publication = read_publication(session)
        assert publication is not None
        assert [version_of(one) for one in publication.tables] == [newest_version(session, "gold_build", "ledger")]
        assert known_distinct_values(session) == {"id": 100, "amount": WRITES, "account": 7}


def known_distinct_values(session: Session) -> dict[str, int]:
    stats = session.rows("show stats for lake.gold_build.ledger")
    return {column: round(distinct) for column, _, distinct, *_ in stats if column and distinct is not None}


def test_files_that_no_version_has_go_and_views_still_read(ledger: Servers) -> None:
    with ledger.address().connect() as session:
        folder = f"{FOLDER}/data" if is_iceberg(session) else FOLDER
    ledger.store.client.put_object(Bucket=f"{LAKE_NAME}-gold", Key=f"{folder}/left-by-a-killed-build", Body=b"x")
    assert len(data_files(ledger)) == WRITES + 1
    maintain(ledger, hasty(ledger), retention_days=0, from_files=2)
    assert len(data_files(ledger)) == 1
    with ledger.address().connect() as session:
        assert figures(session) == FIGURES


def test_what_readers_see_stays_while_a_later_build_is_not_published(ledger: Servers) -> None:
    with ledger.address().connect() as session:
        session.rows("delete from lake.gold_build.ledger where id <= 50")
    table = maintain(ledger, hasty(ledger), retention_days=0, from_files=2)
    assert table.files_after is None
    assert "readers see its version" in (table.kept_for or "")
    with ledger.address().connect() as session:
        assert figures(session) == FIGURES


def test_small_files_stay_until_there_are_enough(ledger: Servers) -> None:
    table = maintain(ledger, ledger.address(), from_files=WRITES + 1)
    assert (table.files_before, table.files_after) == (WRITES, None)
    assert len(data_files(ledger)) == WRITES


def command(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["odoo-lake", "maintain", "--lake", f"s3://{LAKE_NAME}", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_a_retention_below_the_servers_minimum_is_refused(
    ledger: Servers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENGINE_VARIABLE, "trino")
    assert command("--retention-days", "0", "--from-files", "2", monkeypatch=monkeypatch) == 2
    told = capsys.readouterr().err
    assert re.search(r"The retention is 0 days; the server's lake\.\w+_min_retention is 1\.00d\.", told)
    assert len(data_files(ledger)) == WRITES, "nothing was merged"


def test_the_command_says_what_it_did(
    ledger: Servers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del ledger
    monkeypatch.setenv(ENGINE_VARIABLE, "trino")
    assert command("--from-files", "2", monkeypatch=monkeypatch) == 0
    told = capsys.readouterr().out
    assert f"gold_build.ledger: {WRITES} files became 1" in told
    assert "1 tables analysed and vacuumed" in told


def test_it_waits_for_a_build_or_says_that_one_is_there(
    ledger: Servers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENGINE_VARIABLE, "trino")
    with exclusive(ledger.lake.layer("gold"), BUILD_LOCK):
        assert command(monkeypatch=monkeypatch) == 2
    assert "Another process writes build of this lake" in capsys.readouterr().err
    assert command("--wait", "5", monkeypatch=monkeypatch) == 0


def test_two_writers_of_one_table_lose_nothing(ledger: Servers) -> None:
    """One of two that collide is refused clearly, and its retry succeeds."""
    refused: list[str] = []
    together = threading.Barrier(2)

    def write() -> None:
        with ledger.address().connect() as session:
            for _ in range(4):
                together.wait()
                while True:
                    try:
                        session.rows("update lake.gold_build.ledger set amount = amount + 1 where id = 1")
                        break
                    except TrinoQueryError as error:
                        refused.append(str(error.message))

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with ledger.address().connect() as session:
        [[total]] = session.rows("select sum(amount) from lake.gold_build.ledger")
        assert figures(session) == FIGURES, "readers see the published version"
    assert total == FIGURES[0][1] + 2 * 4 * WRITES
    assert refused, "the writers never collided: this test shows nothing"
    clear = ("conflict", "failed to write delta lake", "failed to commit")
    assert all(any(words in reason.lower() for words in clear) for reason in refused), refused
