"""Nobody gets in without HTTPS and a password."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import requests
import trino.dbapi
from trino.auth import BasicAuthentication
from trino.exceptions import TrinoQueryError, TrinoUserError

from lakehouse.object_store_access import EXCHANGE_PREFIX
from odoo_lake.errors import UserError
from tests.lake.conftest import Servers

pytestmark = pytest.mark.lake


@pytest.mark.parametrize("user", ["dbt", "ada", "anybody"])
def test_plain_http_that_names_a_user_is_refused(delta: Servers, user: str) -> None:
    url = f"http://127.0.0.1:{delta.trino.http_port}/v1/statement"
    answer = requests.post(url, headers={"X-Trino-User": user}, data="select 1", timeout=30)
    assert answer.status_code == 403


def test_plain_http_is_refused_with_the_right_password_too(delta: Servers) -> None:
    url = f"http://127.0.0.1:{delta.trino.http_port}/v1/statement"
    credentials = ("dbt", delta.address().password)
    answer = requests.post(url, auth=credentials, headers={"X-Trino-User": "dbt"}, data="select 1", timeout=30)
    assert answer.status_code == 403


def test_https_with_the_password_is_let_in(delta: Servers) -> None:
    with delta.address().connect() as session:
        assert session.rows("select current_user, current_groups()") == [("dbt", ["etl"])]


def test_what_an_ingress_controller_forwards_is_let_in(delta: Servers) -> None:
    address = delta.address()
    answer = requests.get(
        f"https://127.0.0.1:{delta.trino.https_port}/v1/query",
        auth=("dbt", address.password),
        headers={
            "X-Trino-User": "dbt",
            "X-Forwarded-For": "198.51.100.7",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "trino.lake.example.com",
        },
        verify=address.certificate_authority,
        timeout=30,
    )
    assert answer.status_code == 200, answer.text


def test_every_item_is_worked_on_once_and_a_failure_is_raised(delta: Servers) -> None:
    seen: list[tuple[int]] = []
    delta.address().each(range(9), lambda session, number: seen.extend(session.rows(f"select {number}")))
    assert sorted(seen) == [(number,) for number in range(9)]
    with pytest.raises(TrinoQueryError, match="Division by zero"):
        delta.address().each(range(9), lambda session, number: seen.extend(session.rows(f"select 1 / {number}")))


def test_a_wrong_password_is_refused_and_the_message_says_what_to_check(delta: Servers) -> None:
    wrong = replace(delta.address(), password="wrong")
    with wrong.connect() as session, pytest.raises(UserError, match="can't be used as dbt") as raised:
        session.rows("select 1")
    assert "ODOO_LAKE_TRINO_PASSWORD" in raised.value.remedy


def test_a_server_of_another_authority_is_not_trusted(delta: Servers) -> None:
    stranger = replace(delta.address(), certificate_authority=None)
    with stranger.connect() as session, pytest.raises(UserError, match="certificate"):
        session.rows("select 1")


def test_the_files_hold_no_secret(delta: Servers) -> None:
    configuration = delta.trino.configuration
    texts = [path.read_text() for path in configuration.rglob("*") if path.suffix in (".properties", ".json", ".db")]
    secrets = [delta.store.secret_key, *delta.trino.passwords.values()]
    assert texts
    assert not [secret for secret in secrets for text in texts if secret in text]
    assert not [text for text in texts if "allow-insecure-over-http" in text]


@pytest.mark.parametrize(
    ("login", "acts_as", "is_allowed"),
    [("ana", "dbt", False), ("ana", "fin", False), ("superset", "ana", True), ("superset", "dbt", False)],
)
def test_only_the_dashboards_act_as_others(delta: Servers, login: str, acts_as: str, is_allowed: bool) -> None:
    address = delta.address(login)
    http = requests.Session()
    http.trust_env = False
    http.verify = address.certificate_authority
    connection = trino.dbapi.connect(  # type: ignore[no-untyped-call]
        host=address.host, port=address.port, http_scheme="https", http_session=http,
        user=acts_as, auth=BasicAuthentication(login, address.password),
    )  # fmt: skip
    cursor = connection.cursor()
    if is_allowed:
        assert cursor.execute("select current_user").fetchall() == [[acts_as]]
    else:
        with pytest.raises(TrinoUserError, match="cannot impersonate"):
            cursor.execute("select current_user").fetchall()


def test_a_result_of_any_size_arrives_and_leaves_nothing_behind(delta: Servers) -> None:
    """Queries run again when a worker goes away, so a result waits for its end: beyond 32 MB in the object store."""
    text = "rpad(cast(uuid() as varchar), 10000, cast(uuid() as varchar))"
    with delta.address("ana").connect() as session:
        rows = session.rows(f"select {text} from unnest(sequence(1, 8000)) as t (n)")
    assert {len(value) for (value,) in rows} == {10000}
    assert len(rows) == 8000
    deadline = time.monotonic() + 30
    while (left := _kept_results(delta)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left == []


def _kept_results(servers: Servers) -> list[str]:
    found = servers.store.client.list_objects_v2(Bucket="odoo-lake-silver", Prefix=EXCHANGE_PREFIX)
    return [entry["Key"] for entry in found.get("Contents", ())]
