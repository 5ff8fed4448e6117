"""The whole graph in production's shape: Dagster's run command with the pod's environment, on the real servers."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import dagster as dg
import psycopg
import pytest
import yaml
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._grpc.types import ExecuteRunArgs

from odoo_lake.orchestration.assets import PUBLICATION
from odoo_lake.reconcile.checks import load_checks
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.trino.connection import AUTHORITY_VARIABLE, URL_VARIABLE
from odoo_lake.workspace import Workspace
from tests.agreed_rights import MATRIX
from tests.data.companies import load_dump
from tests.lake.conftest import Servers
from tests.lake.provisioned_store import provisioned
from tests.orchestration.test_run_pod import DATABASE, Services, instance_settings, run_pod
from tests.program.conftest import shape

pytestmark = pytest.mark.lake

DEFINITIONS = "odoo_lake.orchestration.definitions"


@dataclass(frozen=True)
class DagsterRun:
    """A run that ended, and what Dagster's own database keeps of it."""

    run: dg.DagsterRun
    events: tuple[dg.EventLogEntry, ...]
    output: str

    def of(self, kind: dg.DagsterEventType) -> list[dg.DagsterEvent]:
        found = (entry.dagster_event for entry in self.events)
        return [event for event in found if event is not None and event.event_type is kind]


@dataclass(frozen=True)
class Deployment:
    """The instance and the environment that a stack deploys, with these servers' addresses."""

    environment: dict[str, str]
    home: Path
    services: Services

    def execute(self, job: str) -> DagsterRun:
        """The daemon's and the pod's part of a run, the latter by the command that the pod gets."""
        repository = ReconstructableRepository.for_module(DEFINITIONS, "defs", working_directory=str(self.home))
        found = repository.get_reconstructable_job(job)
        with mock.patch.dict(os.environ, self.environment), dg.DagsterInstance.from_config(str(self.home)) as instance:
            # Read as the daemon reads it, in this environment: a copy imported before has another engine's jobs.
            defs: dg.Definitions = runpy.run_module(DEFINITIONS)["defs"]
            run = instance.create_run_for_job(
                defs.get_repository_def().get_job(job), job_code_origin=found.get_python_origin()
            )
            arguments = ExecuteRunArgs(found.get_python_origin(), run.run_id, instance.get_ref()).get_command_args()
            done = subprocess.run(
                [str(Path(sys.executable).with_name(arguments[0])), *arguments[1:]],
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            ended = instance.get_run_by_id(run.run_id)
            events = tuple(instance.all_logs(run.run_id))
        assert ended is not None
        return DagsterRun(ended, events, done.stdout[-3000:] + done.stderr[-3000:])


@pytest.fixture(scope="module")
def deployment(
    delta: Servers, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Secrets as the program makes them, identities with the rights that it gives them, the real Odoo 17."""
    delta.empty()
    folder = tmp_path_factory.mktemp("dagster")
    provisioned(delta.store, folder)
    postgres.recreate_database(DATABASE)
    record = postgres.recreate_database("dagster_lake_ops").replace("postgresql:", "postgresql+psycopg:")
    secrets = {
        **{
            f"minio-{identity}": {"access-key": f"lake-{identity}", "secret-key": f"secret-of-{identity}"}
            for identity in MATRIX
        },
        "trino-dbt": {"password": delta.trino.passwords["dbt"]},
        "dagster-database": {"postgresql-password": "unused"},
        "pipeline-hash-key": {"key": "the key of hashed columns"},
        "dagster-addresses": {"source": postgres.url(load_dump(postgres, 17)), "run-record": record},
    }
    services = Services(delta.store, postgres, folder, secrets)
    program = shape("staging-direct")
    home = folder / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(yaml.safe_dump(services.local(instance_settings(program))))
    address = delta.address()
    environment = {
        **services.environment(run_pod(program)),
        URL_VARIABLE: f"https://{address.user}@{address.host}:{address.port}",
        AUTHORITY_VARIABLE: str(address.certificate_authority),
    }
    yield Deployment(environment, home, services)
    delta.empty()


@pytest.fixture(scope="module")
def materialised(deployment: Deployment) -> DagsterRun:
    return deployment.execute("odoo_to_gold")


def test_everything_is_materialised(materialised: DagsterRun, workspace: Workspace, delta: Servers) -> None:
    assert materialised.run.status is dg.DagsterRunStatus.SUCCESS, materialised.output
    made = {event.asset_key for event in materialised.of(dg.DagsterEventType.ASSET_MATERIALIZATION)}
    expected = {dg.AssetKey(["odoo", table]) for table in workspace.catalogue}
    expected |= {dg.AssetKey([table.layer, table.name]) for table in delta.tables}
    assert expected | {PUBLICATION} <= made
    with delta.address().connect() as session:
        shown = [(s, name) for s in ("silver", "gold") for (name,) in session.rows(f"show tables from lake.{s}")]
    assert set(shown) == {(table.layer, table.name) for table in delta.tables}


def test_every_figure_and_every_dbt_test_is_a_check_that_passed(materialised: DagsterRun) -> None:
    found = [event.asset_check_evaluation_data for event in materialised.of(dg.DagsterEventType.ASSET_CHECK_EVALUATION)]
    assert [check.check_name for check in found if not check.passed] == []
    assert {check.check_name for check in found if check.asset_key == PUBLICATION} == {c.name for c in load_checks()}
    assert dg.AssetKey(["gold", "monthly_pnl"]) in {check.asset_key for check in found}


def test_runs_and_figures_are_kept_in_postgresql(materialised: DagsterRun, deployment: Deployment) -> None:
    postgres = deployment.services.postgres
    with psycopg.connect(postgres.url(DATABASE)) as connection:
        statuses = connection.execute("select status from runs").fetchall()
    assert statuses == [("SUCCESS",)]
    with psycopg.connect(postgres.url("dagster_lake_ops")) as connection:
        extractions = connection.execute("select status from extract_run").fetchall()
        [[published]] = connection.execute("select count(*) from dbt_run where build_id is not null").fetchall()
    assert extractions == [("succeeded",)]
    assert published == 1


def test_the_tables_are_maintained_by_the_identity_that_builds(
    materialised: DagsterRun, deployment: Deployment, delta: Servers
) -> None:
    del materialised
    with delta.address().connect() as session:
        before = session.rows("select count(*), sum(balance) from lake.silver.fact_journal_entry")
    maintained = deployment.execute("table_maintenance")
    assert maintained.run.status is dg.DagsterRunStatus.SUCCESS, maintained.output
    with delta.address().connect() as session:
        assert session.rows("select count(*), sum(balance) from lake.silver.fact_journal_entry") == before
        assert before[0][0] > 0


@pytest.mark.parametrize("command", ["extract", "build", "status", "reconcile"])
def test_an_operator_can_do_by_hand_what_a_run_does(
    command: str, materialised: DagsterRun, deployment: Deployment
) -> None:
    """The console has a run's environment."""
    del materialised
    program = Path(sys.executable).with_name("odoo-lake")
    done = subprocess.run([program, command], env=deployment.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
