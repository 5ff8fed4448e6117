"""Both kinds of store keep the same promises."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from odoo_lake.errors import UserError
from odoo_lake.lake import lock
from odoo_lake.lake.location import Lake, parse_lake
from odoo_lake.lake.lock import exclusive
from odoo_lake.lake.store import S3Store, Store
from tests.lake.processes import Server
from tests.object_store import ObjectStore, store_server


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return parse_lake(str(tmp_path / "lake")).layer("bronze")
    lake: Lake = request.getfixturevalue("s3_lake")
    return lake.layer("bronze")


def test_an_object_is_written_read_listed_and_deleted(store: Store) -> None:
    store.check_writable()
    assert store.read("a/b.json") is None
    store.write("a/b.json", b"one")
    store.write("a/b.json", b"second")
    store.write("a/c/d.json", b"x")
    store.write("ab/e.json", b"not below a")
    assert store.read("a/b.json") == b"second"
    assert store.list("a") == {"a/b.json": 6, "a/c/d.json": 1}
    store.delete(["a/b.json", "a/never.json"])
    assert store.list("a") == {"a/c/d.json": 1}
    assert store.list("nothing") == {}


@pytest.mark.parametrize("text", ["bronze", "build"])
def test_a_lock_is_held_by_one_at_a_time(store: Store, text: str) -> None:
    with exclusive(store, text), pytest.raises(UserError, match="Another process"), exclusive(store, text):
        pytest.fail("two holders")
    with exclusive(store, text):
        pass


def test_waiting_for_a_lock_ends_when_it_is_free(store: Store) -> None:
    order: list[str] = []
    held, finish = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive(store, "bronze"):
            held.set()
            finish.wait(20)
            order.append("first")

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    threading.Timer(0.3, finish.set).start()
    with exclusive(store, "bronze", wait_seconds=20):
        order.append("second")
    holder.join()
    assert order == ["first", "second"]


def test_the_lease_of_a_killed_holder_runs_out(s3_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    store = s3_lake.layer("bronze")
    monkeypatch.setattr(lock, "LEASE_SECONDS", 1)
    store.write("_locks/bronze.json", lock._lease_bytes({"pid": 1, "host": "gone", "since": "then"}))
    with pytest.raises(UserError, match="pid 1 on gone"), exclusive(store, "bronze"):
        pytest.fail("the lease still runs")
    with exclusive(store, "bronze", wait_seconds=5):
        pass


def test_a_lease_is_renewed_for_as_long_as_it_is_held(s3_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    store = s3_lake.layer("bronze")
    monkeypatch.setattr(lock, "LEASE_SECONDS", 0.8)
    waited = threading.Event()
    with exclusive(store, "bronze"):
        waited.wait(2)
        with pytest.raises(UserError, match="Another process"), exclusive(store, "bronze"):
            pytest.fail("the lease was not renewed")


@pytest.fixture
def fleeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Store, Server]]:
    """An S3 store that may be killed, with leases of a second."""
    monkeypatch.setattr(lock, "LEASE_SECONDS", 1)
    server_store, server = store_server(tmp_path / "store")
    for name, value in server_store.environment.items():
        monkeypatch.setenv(name, value)
    with server.running():
        server_store.client.create_bucket(Bucket="lake-bronze")
        yield parse_lake("s3://lake").layer("bronze"), server


def expires(store: Store) -> float:
    return float(json.loads(store.read("_locks/bronze.json") or b"{}")["expires"])


def test_a_lease_is_renewed_after_the_store_was_away(fleeting: tuple[Store, Server]) -> None:
    store, server = fleeting
    waited = threading.Event()
    with exclusive(store, "bronze"):
        server.kill()
        waited.wait(2)
        server.start()
        deadline = time.monotonic() + 30
        while expires(store) < time.time() and time.monotonic() < deadline:
            waited.wait(0.1)
        with pytest.raises(UserError, match="Another process writes"), exclusive(store, "bronze"):
            pytest.fail("the lease was not renewed")


def test_a_lease_that_another_took_over_is_told(fleeting: tuple[Store, Server]) -> None:
    store, _ = fleeting
    other = {"pid": 1, "host": "other", "since": "then"}

    def overtaken() -> None:
        with exclusive(store, "bronze"):
            store.write("_locks/bronze.json", lock._lease_bytes(other))
            threading.Event().wait(1)

    with pytest.raises(UserError, match="took over bronze"):
        overtaken()
    assert json.loads(store.read("_locks/bronze.json") or b"{}")["host"] == "other"


def test_a_renewal_whose_answer_got_lost_is_still_ones_own(
    fleeting: tuple[Store, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = fleeting
    write_if, first = S3Store.write_if, iter([True])

    def unheard(self: S3Store, path: str, data: bytes, *, etag: str | None) -> str | None:
        written = write_if(self, path, data, etag=etag)
        return write_if(self, path, data, etag=etag) if etag is not None and next(first, False) else written

    monkeypatch.setattr(S3Store, "write_if", unheard)
    with exclusive(store, "bronze"):
        threading.Event().wait(1.5)
        with pytest.raises(UserError, match="Another process writes"), exclusive(store, "bronze"):
            pytest.fail("the lease was not renewed")
    assert next(first, None) is None


def test_an_error_is_not_hidden_by_a_store_that_is_away(fleeting: tuple[Store, Server]) -> None:
    store, server = fleeting

    def failing() -> None:
        with exclusive(store, "bronze"):
            server.kill()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()


def test_a_missing_bucket_is_named(minio: ObjectStore, s3_lake: Lake) -> None:
    with pytest.raises(UserError, match="There is no bucket never-made-bronze") as raised:
        parse_lake("s3://never-made").layer("bronze").check_writable()
    assert "aws s3 mb s3://never-made-bronze" in raised.value.remedy


def test_refused_credentials_are_said(s3_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(UserError, match="refuses to write"):
        parse_lake(s3_lake.root).layer("bronze").check_writable()


def test_an_object_store_that_is_not_there_is_said(s3_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(UserError, match="can't be used"):
        parse_lake(s3_lake.root).layer("bronze").check_writable()
