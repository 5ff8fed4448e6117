"""Every query that Trino counts is in the query log, and none waits for it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
import requests
from sqlalchemy import create_engine, text
from trino.exceptions import TrinoQueryError

from tests.lake.conftest import Servers

pytestmark = pytest.mark.lake

FINISHED = "trino_execution_name_QueryManager_CompletedQueries"
GOOD, WRONG = "select 1", ("select syntax error", "select * from lake.gold.missing", "select 1 / (select 0)")


@pytest.fixture
def kept(delta: Servers) -> Iterator[Callable[[], int]]:
    """How many queries the log holds."""
    engine = create_engine(delta.record)

    def count() -> int:
        with engine.connect() as record:
            return int(record.execute(text("select count(*) from query_log")).scalar_one())

    yield count
    engine.dispose()


def finished(servers: Servers) -> int:
    """How many queries Trino has counted: the figure that the deployed monitoring compares with the log."""
    address = servers.address("ada")
    answer = requests.get(
        f"https://127.0.0.1:{address.port}/metrics",
        auth=("ada", address.password),
        verify=address.certificate_authority,
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    found = re.search(rf"^{FINISHED} (\S+)$", answer.text, re.MULTILINE)
    assert found, f"no {FINISHED}: the rules that read it could never fire"
    return int(float(found[1]))


def ask(servers: Servers) -> None:
    with servers.address().connect() as session:
        assert session.rows(GOOD) == [(1,)]
        for statement in WRONG:
            with pytest.raises(TrinoQueryError):
                session.rows(statement)


def grows_by(kept: Callable[[], int], before: int, more: int, seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while kept() - before < more and time.monotonic() < deadline:
        time.sleep(0.2)
    return kept() - before == more


def test_the_log_holds_as_many_queries_as_trino_counts(delta: Servers, kept: Callable[[], int]) -> None:
    counted, before = finished(delta), kept()
    ask(delta)
    more = finished(delta) - counted
    assert more == 1 + len(WRONG), "failed queries are counted, and so must be told"
    assert grows_by(kept, before, more)


def test_queries_go_on_without_the_receiver_and_are_told_when_it_is_back(
    delta: Servers, kept: Callable[[], int]
) -> None:
    before = kept()
    delta.log.server.kill()
    try:
        ask(delta)
        assert kept() == before
    finally:
        delta.log.server.start()
    assert grows_by(kept, before, 1 + len(WRONG))
    assert delta.log.events() == {"kept": 1 + len(WRONG), "malformed": 0, "refused": 0, "unwritten": 0}


def test_superset_asks_on_behalf_of_a_person_and_both_are_told(delta: Servers, kept: Callable[[], int]) -> None:
    address, before = delta.address("superset"), kept()
    answer = requests.post(
        f"https://127.0.0.1:{address.port}/v1/statement",
        auth=("superset", address.password),
        headers={"X-Trino-User": "ana", "X-Trino-Source": "Apache Superset"},
        data="select 41 + 1",
        verify=address.certificate_authority,
        timeout=30,
    )
    while "nextUri" in (page := answer.json()):
        answer = requests.get(
            page["nextUri"], auth=("superset", address.password), verify=address.certificate_authority, timeout=30
        )
    assert "error" not in page, page
    assert grows_by(kept, before, 1)
    newest = "select user_name, login, groups, source from query_log order by created_at desc limit 1"
    engine = create_engine(delta.record)
    with engine.connect() as record:
        assert tuple(record.execute(text(newest)).one()) == ("ana", "superset", "analyst", "Apache Superset")
    engine.dispose()
