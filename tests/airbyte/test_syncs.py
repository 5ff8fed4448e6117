"""Finished syncs start runs: each one once, and failed ones none."""

from __future__ import annotations

import itertools
import runpy
import threading
from collections.abc import Mapping
from typing import Any

import dagster as dg
import pytest
from dagster._grpc.client import DEFAULT_SENSOR_GRPC_TIMEOUT

from odoo_lake.airbyte.config import CONNECTION
from odoo_lake.errors import UserError
from odoo_lake.orchestration.syncs import TICK_SECONDS, sync_sensor
from tests.airbyte import server as double
from tests.product_setup import Apply

SENSOR = sync_sensor("odoo_to_gold")


@pytest.fixture
def connection(airbyte: double.AirbyteServer, apply: Apply, monkeypatch: pytest.MonkeyPatch) -> str:
    """The connection that `odoo-lake airbyte apply` made, beside one of somebody else's; gives its id."""
    assert apply().returncode == 0
    [own] = airbyte.objects["connections"]
    airbyte.objects["connections"]["other"] = {"connectionId": "other", "name": "other"}
    monkeypatch.setenv("ODOO_LAKE_AIRBYTE_URL", airbyte.url)
    return own


def tick(cursor: str | None) -> tuple[list[str | None], str | None]:
    """One evaluation: the keys of the runs that it asks for, and the cursor that Dagster keeps."""
    found = SENSOR.evaluate_tick(dg.build_sensor_context(cursor=cursor))
    return [request.run_key for request in found.run_requests or ()], found.cursor or cursor


def test_each_finished_sync_starts_one_run(airbyte: double.AirbyteServer, connection: str) -> None:
    assert tick(None) == ([], None)
    airbyte.job(connection, "succeeded")
    asked, cursor = tick(None)
    assert asked == ["airbyte-job-1"]
    assert tick(cursor) == ([], cursor)
    airbyte.job(connection, "succeeded")
    airbyte.job(connection, "succeeded")
    asked, cursor = tick(cursor)
    assert asked == ["airbyte-job-2", "airbyte-job-3"]
    assert tick(cursor) == ([], cursor)


@pytest.mark.parametrize("status", ["failed", "cancelled", "incomplete", "running", "pending"])
def test_what_did_not_finish_starts_none(airbyte: double.AirbyteServer, connection: str, status: str) -> None:
    airbyte.job(connection, "succeeded")
    _, cursor = tick(None)
    airbyte.job(connection, status)
    assert tick(cursor) == ([], cursor)


def test_a_sync_that_finishes_after_a_tick_is_not_missed(airbyte: double.AirbyteServer, connection: str) -> None:
    airbyte.job(connection, "succeeded")
    _, cursor = tick(None)
    airbyte.job(connection, "running")
    _, cursor = tick(cursor)
    airbyte.jobs[-1]["status"] = "succeeded"
    assert tick(cursor)[0] == ["airbyte-job-2"]


def test_other_connections_and_removals_start_none(airbyte: double.AirbyteServer, connection: str) -> None:
    airbyte.job(connection, "succeeded")
    _, cursor = tick(None)
    airbyte.job("other", "succeeded")
    airbyte.job(connection, "succeeded", "clear")
    airbyte.job(connection, "succeeded", "reset")
    assert tick(cursor) == ([], cursor)
    airbyte.job(connection, "succeeded", "refresh")
    assert tick(cursor)[0] == ["airbyte-job-5"]


def test_a_new_sensor_does_not_run_the_whole_past(airbyte: double.AirbyteServer, connection: str) -> None:
    for _ in range(250):
        airbyte.job(connection, "succeeded")
    asked, cursor = tick(None)
    assert asked == ["airbyte-job-250"]
    assert len(tick("20")[0]) == 230, "more than a page of jobs while Dagster was away"
    assert tick(cursor) == ([], cursor)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"AIRBYTE_CLIENT_SECRET": ""}, "AIRBYTE_CLIENT_SECRET is not set"),
        ({"AIRBYTE_CLIENT_SECRET": "wrong-word"}, "refused the client id and secret"),
        ({"ODOO_LAKE_AIRBYTE_URL": "http://127.0.0.1:9"}, "ODOO_LAKE_AIRBYTE_URL is 'http://127.0.0.1:9'"),
        ({"ODOO_LAKE_AIRBYTE_URL": "http://127.0.0.1:9/api/public/v1"}, "does not answer"),
    ],
)
def test_what_keeps_it_from_asking_is_told(
    connection: str, changes: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del connection
    monkeypatch.setattr("odoo_lake.product_setup.api.RETRIES", 0)
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=words) as told:
        tick(None)
    assert "wrong-word" not in str(told.value)


@pytest.mark.parametrize("slow", ["applications/token", "connections", "jobs"])
def test_a_tick_ends_before_an_airbyte_that_hangs(
    airbyte: double.AirbyteServer, connection: str, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the connection, and answers long after the tick; an answer that is waited for starts a run."""
    airbyte.job(connection, "succeeded")
    monkeypatch.setattr("odoo_lake.orchestration.syncs.TICK_SECONDS", 2.0)
    asked: list[str] = []
    over = threading.Event()
    handle = airbyte.handle

    def late(method: str, path: str, query: Mapping[str, str], body: dict[str, Any]) -> Any:
        asked.append(path)
        if path == slow:
            over.wait(20)
        return handle(method, path, query, body)

    monkeypatch.setattr(airbyte, "handle", late)
    try:
        with pytest.raises(UserError, match="does not answer"):
            tick(None)
    finally:
        over.set()
    assert asked.count(slow) == 1, "it was asked again"


def test_calls_that_are_quick_end_in_time_together(
    airbyte: double.AirbyteServer, connection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer comes in time, and all of them do not."""
    airbyte.job(connection, "succeeded")
    now = itertools.count(step=TICK_SECONDS * 0.6)
    monkeypatch.setattr("odoo_lake.product_setup.api.time.monotonic", lambda: next(now))
    with pytest.raises(UserError, match=r"does not answer \(Timeout\)"):
        tick(None)


def test_a_tick_leaves_dagster_time_to_tell_what_happened() -> None:
    assert TICK_SECONDS * 1.5 < DEFAULT_SENSOR_GRPC_TIMEOUT


def test_no_connection_is_told(airbyte: double.AirbyteServer, connection: str) -> None:
    del airbyte.objects["connections"][connection]
    with pytest.raises(UserError, match=f"0 connections named {CONNECTION}"):
        tick(None)


@pytest.mark.parametrize(
    ("ingestion", "sensors", "schedule"),
    [
        ("direct", {"run_failure"}, dg.DefaultScheduleStatus.RUNNING),
        ("airbyte", {"run_failure", "airbyte_sync_finished"}, dg.DefaultScheduleStatus.STOPPED),
    ],
)
def test_syncs_start_the_runs_where_airbyte_lands_the_rows(
    ingestion: str, sensors: set[str], schedule: dg.DefaultScheduleStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ODOO_LAKE_INGESTION", ingestion)
    found: dg.Definitions = runpy.run_module("odoo_lake.orchestration.definitions")["defs"]
    dg.Definitions.validate_loadable(found)
    assert {sensor.name for sensor in found.sensors or ()} == sensors
    started = {s.job_name: s.default_status for s in found.schedules or () if isinstance(s, dg.ScheduleDefinition)}
    assert started["odoo_to_gold"] is schedule
