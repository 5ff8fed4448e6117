"""The Dagster code location: everything is materialised in one process, and what is wrong is told."""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from odoo_lake.build.publish import read_publication
from odoo_lake.errors import UserError
from odoo_lake.lake.identities import Identity, acting_as
from odoo_lake.lake.location import LAKE_VARIABLE, parse_lake
from odoo_lake.lake.state import LakeState
from odoo_lake.orchestration.assets import PUBLICATION
from odoo_lake.orchestration.definitions import (
    SCHEDULE_VARIABLE,
    SYNC_SCHEDULE_VARIABLE,
    WEBHOOK_VARIABLE,
    defs,
    run_failure,
)
from odoo_lake.reconcile.checks import load_checks
from odoo_lake.source.connection import SOURCE_VARIABLE
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.workspace import ENGINE_VARIABLE, INGESTION_VARIABLE, Workspace
from tests.data.companies import SampleDatabases
from tests.loopback import listening

pytestmark = pytest.mark.data

FOUR_HOURS = timedelta(hours=4)


@pytest.fixture(scope="module")
def lake_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dagster") / "lake"


@pytest.fixture(scope="module")
def run(postgres: EmbeddedPostgres, lake_root: Path) -> Iterator[dg.ExecuteInProcessResult]:
    """The hourly job on a sample company."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(SOURCE_VARIABLE, postgres.url(SampleDatabases(postgres).name(17)))
        environment.setenv(LAKE_VARIABLE, str(lake_root))
        with dg.DagsterInstance.ephemeral() as instance:
            yield defs.resolve_job_def("odoo_to_gold").execute_in_process(instance=instance, raise_on_error=False)


def test_everything_is_materialised_and_published(
    run: dg.ExecuteInProcessResult, workspace: Workspace, lake_root: Path
) -> None:
    assert run.success, [str(event.event_specific_data) for event in run.all_events if event.is_failure]
    made = {event.asset_key for event in run.get_asset_materialization_events()}
    publication = read_publication(parse_lake(str(lake_root)), LakeState())
    assert publication is not None
    assert made >= {dg.AssetKey(["odoo", table]) for table in workspace.catalogue}
    assert made >= {dg.AssetKey([table.table_schema, table.name]) for table in publication.tables}
    assert PUBLICATION in made


def test_reconciliation_and_dbts_tests_are_checks_that_pass(run: dg.ExecuteInProcessResult) -> None:
    evaluations = run.get_asset_check_evaluations()
    assert [evaluation.check_name for evaluation in evaluations if not evaluation.passed] == []
    proofs = {evaluation.check_name for evaluation in evaluations if evaluation.asset_key == PUBLICATION}
    assert proofs == {check.name for check in load_checks()}
    tested = {evaluation.asset_key for evaluation in evaluations} - {PUBLICATION}
    assert dg.AssetKey(["gold", "monthly_pnl"]) in tested
    assert dg.AssetKey(["silver", "fact_journal_entry"]) in tested


def specs() -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in defs.resolve_all_asset_specs()}


def test_what_comes_from_odoo_and_what_is_published_may_be_four_hours_old(workspace: Workspace) -> None:
    found = specs()
    for key in [dg.AssetKey(["odoo", table]) for table in workspace.catalogue] + [PUBLICATION]:
        policy = found[key].freshness_policy
        assert policy is not None, key
        assert isinstance(policy, dg.TimeWindowFreshnessPolicy) if hasattr(dg, "TimeWindowFreshnessPolicy") else True
        assert getattr(policy, "fail_window").to_timedelta() == FOUR_HOURS, key  # noqa: B009 - its class is not public


@pytest.mark.parametrize(
    ("variables", "hours"),
    [
        ({SCHEDULE_VARIABLE: "0 3 * * *"}, 26),
        ({SCHEDULE_VARIABLE: "0 */2 * * *"}, 4),
        ({SCHEDULE_VARIABLE: "0 6-18 * * 1-5"}, 62),
        ({SCHEDULE_VARIABLE: "0 * * * *", SYNC_SCHEDULE_VARIABLE: "0 */6 * * *", INGESTION_VARIABLE: "airbyte"}, 8),
    ],
)
def test_a_healthy_schedule_is_never_stale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], hours: int
) -> None:
    """The longest pause that the schedule means, and two hours for the run."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found: dg.Definitions = runpy.run_module("odoo_lake.orchestration.definitions")["defs"]
    [publication] = [spec for spec in found.resolve_all_asset_specs() if spec.key == PUBLICATION]
    window = getattr(publication.freshness_policy, "fail_window")  # noqa: B009 - its class is not public
    assert window.to_timedelta() == timedelta(hours=hours)


def test_it_runs_by_the_hour_and_is_tidied_by_the_day() -> None:
    schedules = {
        schedule.job_name: schedule for schedule in defs.schedules or () if isinstance(schedule, dg.ScheduleDefinition)
    }
    assert {name: schedule.cron_schedule for name, schedule in schedules.items()} == {
        "odoo_to_gold": "5 * * * *",
        "daily_maintenance": "30 2 * * *",
    }
    assert all(schedule.default_status is dg.DefaultScheduleStatus.RUNNING for schedule in schedules.values())


def test_tables_on_trino_are_maintained_by_the_day_and_beside_no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not defs.get_repository_def().has_job("table_maintenance"), "there is no Trino"
    monkeypatch.setenv(ENGINE_VARIABLE, "trino")
    found: dg.Definitions = runpy.run_module("odoo_lake.orchestration.definitions")["defs"]
    schedules = {s.job_name: s for s in found.schedules or () if isinstance(s, dg.ScheduleDefinition)}
    assert schedules["table_maintenance"].cron_schedule == "30 4 * * *"
    assert schedules["table_maintenance"].default_status is dg.DefaultScheduleStatus.RUNNING
    turns = [
        found.resolve_job_def(name).tags["lakehouse/one-at-a-time"] for name in ("odoo_to_gold", "table_maintenance")
    ]
    assert turns[0] == turns[1]


@pytest.mark.parametrize("name", ["extract", "dbt_build"])
def test_steps_that_reach_outside_are_tried_again(name: str) -> None:
    node = defs.resolve_job_def("odoo_to_gold").graph.node_dict[name]
    assert isinstance(node.definition, dg.OpDefinition)
    policy = node.definition.retry_policy
    assert policy is not None
    assert policy.max_retries == 2
    assert policy.backoff is dg.Backoff.EXPONENTIAL


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    received: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """A web hook on loopback, and what arrived there."""
    received: list[dict[str, Any]] = []
    with listening(HTTPServer(("127.0.0.1", 0), type("Kept", (Hook,), {"received": received}))) as url:
        monkeypatch.setenv(WEBHOOK_VARIABLE, f"{url}/alerts")
        yield received


def test_a_failed_run_is_told_to_the_web_hook_without_secrets(
    hook: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SOURCE_VARIABLE, "postgresql://reader:s3cret-word@127.0.0.1:9/odoo")

    @dg.op
    def reach_odoo() -> None:
        raise UserError("Can't connect.", "Nothing was read.", "Start it.")

    @dg.job
    def hourly() -> None:
        reach_odoo()

    with dg.DagsterInstance.ephemeral() as instance:
        failed = hourly.execute_in_process(instance=instance, raise_on_error=False)
        [event] = [event for event in failed.all_events if event.event_type is dg.DagsterEventType.RUN_FAILURE]
        context = dg.build_run_status_sensor_context(
            sensor_name=run_failure.name, dagster_event=event, dagster_instance=instance, dagster_run=failed.dagster_run
        ).for_run_failure()
        run_failure(context)
    [told] = hook
    assert told["run_id"] == failed.dagster_run.run_id
    assert told["text"].startswith("hourly failed: ")
    assert "reach_odoo" in told["text"]
    assert "s3cret-word" not in json.dumps(told)


def test_runs_start_when_the_stack_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SCHEDULE_VARIABLE, "15 4 * * *")
    module = runpy.run_module("odoo_lake.orchestration.definitions")
    found: dg.Definitions = module["defs"]
    dg.Definitions.validate_loadable(found)
    assert set(found.resolve_job_def("odoo_to_gold").graph.node_dict) == {"extract", "dbt_build", "publish"}
    schedules = [s for s in found.schedules or () if isinstance(s, dg.ScheduleDefinition)]
    assert [s.cron_schedule for s in schedules if s.job_name == "odoo_to_gold"] == ["15 4 * * *"]


def test_a_step_acts_as_its_own_identity_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "logs")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    monkeypatch.setenv("ODOO_LAKE_EXTRACTOR_ACCESS_KEY_ID", "extractor")
    monkeypatch.setenv("ODOO_LAKE_EXTRACTOR_SECRET_ACCESS_KEY", "word")
    with acting_as(Identity.EXTRACTOR):
        assert (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]) == ("extractor", "word")
        with acting_as(Identity.TRANSFORM):
            assert os.environ["AWS_ACCESS_KEY_ID"] == "extractor", "no keys of its own: the process's"
    assert os.environ["AWS_ACCESS_KEY_ID"] == "logs"
    assert "AWS_SECRET_ACCESS_KEY" not in os.environ


def test_half_a_pair_of_keys_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOO_LAKE_TRANSFORM_ACCESS_KEY_ID", "transform")
    with (
        pytest.raises(UserError, match="ODOO_LAKE_TRANSFORM_SECRET_ACCESS_KEY is not set"),
        acting_as(Identity.TRANSFORM),
    ):
        pass
