"""The copy of gold in PostgreSQL: equal to the lake, switched at once, readable by its reader and nobody else."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import psycopg
import pytest

from odoo_lake.metabase.boards import BOARDS
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.data.lakes import BuiltLake

READER = "gold_reader"


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of an empty database whose reader owns nothing."""
    name = f"gold_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as server:
        server.execute(f"create database {name}")
        server.execute(f"create role {READER} login")
        yield postgres.url(name)
        server.execute(f"drop database {name} with (force)")
        server.execute(f"drop role {READER}")


def test_copy_equals_gold_and_a_second_one_replaces_it(sample_lake: BuiltLake, database: str) -> None:
    for _ in range(2):
        done = sample_lake.place.command("publish", "--to", database, "--reader", READER)
        assert done.exit_code == 0, done.log
    gold = {name: rows for (schema, name), rows in sample_lake.place.tables().items() if schema == "gold"}
    with psycopg.connect(database) as connection:
        copied = {name: connection.execute(f"select count(*) from gold.{name}").fetchone() for name in gold}
        assert copied == {name: (rows,) for name, rows in gold.items()}
        [[revenue, scale]] = connection.execute(
            "select sum(revenue), max(scale(revenue)) from gold.monthly_pnl"
        ).fetchall()
        schemas = [
            name for (name,) in connection.execute("select nspname from pg_namespace where nspname like 'gold%'")
        ]
    [wanted] = sample_lake.place.query("select sum(revenue) as revenue from gold.monthly_pnl")
    assert str(revenue) == wanted["revenue"]
    assert scale == 6
    assert schemas == ["gold"]


def test_reader_reads_gold_and_changes_nothing(sample_lake: BuiltLake, database: str) -> None:
    assert sample_lake.place.command("publish", "--to", database, "--reader", READER).exit_code == 0
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"set role {READER}")
        assert connection.execute("select count(*) from gold.ar_aging").fetchone() != (0,)
        for statement in ("delete from gold.ar_aging", "create table gold.mine (id int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_every_question_of_metabase_can_be_answered_by_the_reader(sample_lake: BuiltLake, database: str) -> None:
    assert sample_lake.place.command("publish", "--to", database, "--reader", READER).exit_code == 0
    without_rows = []
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"set role {READER}")
        for question in (question for board in BOARDS for question in board.questions):
            answer = connection.execute(question.sql.encode())
            columns = {column.name for column in answer.description or ()}
            drawn = {*question.settings.get("graph.dimensions", ()), *question.settings.get("graph.metrics", ())}
            assert drawn <= columns, question.name
            if not answer.fetchall():
                without_rows.append(question.name)
    assert without_rows == []


def test_readers_see_a_whole_copy_while_another_is_made(sample_lake: BuiltLake, database: str) -> None:
    assert sample_lake.place.command("publish", "--to", database).exit_code == 0
    over, seen, errors = threading.Event(), set(), []

    def read() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not over.is_set():
                try:
                    seen.add(connection.execute("select count(*) from gold.daily_cash_position").fetchone())
                except psycopg.Error as error:
                    errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    again = sample_lake.place.command("publish", "--to", database)
    over.set()
    reader.join()
    assert (again.exit_code, errors, len(seen)) == (0, [], 1)


def test_wrong_password_or_place_is_one_message(sample_lake: BuiltLake) -> None:
    secret = "CANARY-gold-password"
    failed = sample_lake.place.command("publish", "--to", f"postgresql://publisher:{secret}@127.0.0.1:1/gold")
    assert failed.exit_code == 2
    assert "127.0.0.1/gold" in failed.log
    assert secret not in failed.log + failed.output
    assert "Traceback" not in failed.log
