"""A run as it happens in the cluster: the pod that the launcher makes, and its command with that pod's environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import kubernetes.client  # type: ignore[import-untyped]
import psycopg
import pytest
import yaml
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._grpc.types import ExecuteRunArgs
from dagster_k8s import K8sRunLauncher
from dagster_k8s.job import construct_dagster_k8s_job

from lakehouse import sizing
from lakehouse.profile import Profile
from odoo_lake.source.embedded import EmbeddedPostgres
from rules import RULES
from tests.agreed_rights import MATRIX
from tests.lake.provisioned_store import provisioned
from tests.object_store import ObjectStore, object_store
from tests.program.conftest import shape
from tests.program.recorder import Program, revealed
from tests.render.archives import Missing, find
from tests.render.manifests import Pod, Rendered, render
from tests.render.references import provided, references
from tests.render.releases import CHARTS

IMAGE = "registry.example.internal/odoo-lakehouse/pipelines:0.1.0"
# Rules about what the program creates itself; Dagster labels and cleans up its own Jobs.
OF_OWN_OBJECTS = {"object_is_part_of_the_platform", "job_is_kept"}
DATABASE = "dagster_runs"


def release(program: Program) -> Rendered:
    archive = find(CHARTS["dagster"])
    if isinstance(archive, Missing):
        pytest.skip(f"dagster is {archive.reason}")
    [found] = [revealed(r.inputs) for r in program.releases if r.name == "dagster"]
    return render(archive, "dagster", found["namespace"], found["values"])


def instance_settings(program: Program) -> dict[str, Any]:
    [found] = [i for i in release(program).of("ConfigMap") if i["metadata"]["name"] == "dagster-instance"]
    read: dict[str, Any] = yaml.safe_load(found["data"]["dagster.yaml"])
    return read


def run_job(program: Program) -> dict[str, Any]:
    """The Job that the daemon would make, by Dagster's own code."""
    config = instance_settings(program)["run_launcher"]["config"]
    with mock.patch("dagster_k8s.launcher.load_kubernetes_config"):
        launcher = K8sRunLauncher(**{key: value for key, value in config.items() if value is not None})
    run = dg.DagsterRun(job_name="odoo_to_gold")
    context = launcher.get_container_context_for_run(run)
    job = construct_dagster_k8s_job(
        job_config=context.get_k8s_job_config(job_image=IMAGE, run_launcher=launcher),
        args=["dagster", "api", "execute_run"],
        job_name="dagster-run-1",
        component="run_worker",
        user_defined_k8s_config=context.run_k8s_config,
    )
    plain: dict[str, Any] = kubernetes.client.ApiClient().sanitize_for_serialization(job)
    return {**plain, "metadata": {**plain["metadata"], "namespace": context.namespace}}


def run_pod(program: Program) -> Pod:
    job = run_job(program)
    template = job["spec"]["template"]
    return Pod("Job", job["metadata"]["name"], "lake-dagster", template["spec"])


@pytest.mark.parametrize("name", ["prod", "staging-direct"])
def test_the_pod_obeys_the_rules(name: str) -> None:
    job = run_job(shape(name))
    problems = [text for rule in RULES if rule.__name__ not in OF_OWN_OBJECTS for text in rule(job)]
    assert [text for text in problems if "registry.example.internal is not an allowed" not in text] == []
    assert job["metadata"]["namespace"] == "lake-dagster"


def test_the_pod_is_of_the_dbt_row() -> None:
    row = sizing.load(Profile.PRODUCTION).dbt
    spec = run_pod(shape("prod")).spec
    [size] = row.run_pod.containers.values()
    [container] = spec["containers"]
    assert container["resources"] == size.resources()
    assert spec["priorityClassName"] == row.priority_class
    assert spec["automountServiceAccountToken"] is False


@pytest.mark.parametrize("name", ["prod", "staging-direct"])
def test_everything_that_the_pod_names_is_there(name: str) -> None:
    program = shape(name)
    objects = [*(item.manifest for item in program.objects), *release(program).objects]
    names = provided(objects, "lake-dagster")
    assert [str(reference) for reference in references(run_pod(program)) if reference not in names] == []


@dataclass(frozen=True)
class Services:
    """Real servers in the place of the cluster's, and what the cluster's secrets would hold."""

    store: ObjectStore
    postgres: EmbeddedPostgres
    folder: Path
    secrets: Mapping[str, Mapping[str, str]]

    def database(self) -> dict[str, Any]:
        with psycopg.connect(self.postgres.url(DATABASE)) as connection:
            user, socket = connection.info.user, connection.info.host
        return {"username": user, "hostname": "localhost", "db_name": DATABASE, "params": {"host": socket}}

    def local(self, settings: dict[str, Any]) -> dict[str, Any]:
        """The deployed instance with these servers' addresses."""
        for part in ("run_storage", "event_log_storage", "schedule_storage"):
            settings[part]["config"]["postgres_db"] |= self.database()
        settings["compute_logs"]["config"] |= {
            "endpoint_url": self.store.endpoint,
            "local_dir": str(self.folder / "logs"),
        }
        return settings

    def environment(self, pod: Pod) -> dict[str, str]:
        """The pod's variables; its addresses and folders are this machine's."""
        [(_, container)] = pod.containers
        values = {}
        for variable in container["env"]:
            reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
            known = self.secrets.get(reference["name"], {}).get(reference["key"]) if reference else variable["value"]
            assert known is not None, f"{variable['name']} reads {reference}, which no secret of this test holds"
            values[variable["name"]] = known
        home = {"HOME": str(self.folder), "DAGSTER_HOME": str(self.folder / "home"), "PATH": os.environ["PATH"]}
        work = {"AWS_ENDPOINT_URL": self.store.endpoint, "ODOO_LAKE_WORK": str(self.folder / "work")}
        return {**values, **home, **work}


@pytest.fixture(scope="module")
def services(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("run-pod")
    postgres.recreate_database(DATABASE)
    secrets = {
        f"minio-{identity}": {"access-key": f"lake-{identity}", "secret-key": f"secret-of-{identity}"}
        for identity in MATRIX
    }
    secrets["trino-dbt"] = {"password": "unused"}
    secrets["dagster-database"] = {"postgresql-password": "unused"}
    secrets["pipeline-hash-key"] = {"key": "unused"}
    secrets["dagster-addresses"] = {
        "source": "postgresql://nobody@127.0.0.1:9/odoo",
        "run-record": f"sqlite:///{folder / 'ops.sqlite'}",
    }
    with object_store(folder / "store") as server:
        provisioned(server, folder)
        yield Services(server, postgres, folder, secrets)


def test_the_migration_makes_the_tables_and_can_be_repeated(services: Services, tmp_path: Path) -> None:
    program = shape("prod")
    [files] = [r.manifest for r in program.of("ConfigMap") if r.name == "dagster-migrate"]
    [job] = [r.manifest for r in program.of("Job") if r.name == "dagster-migrate"]
    [container] = job["spec"]["template"]["spec"]["containers"]
    settings = yaml.safe_load(files["data"]["dagster.yaml"])
    settings["storage"]["postgres"]["postgres_db"] |= services.database()
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(settings))
    tmp_path.chmod(0o555)
    command = [str(Path(sys.executable).parent / container["command"][0]), *container["command"][1:]]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(services.folder),
        "DAGSTER_HOME": str(tmp_path),
        "DAGSTER_PG_PASSWORD": "unused",
    }
    for _ in range(2):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    with psycopg.connect(services.postgres.url(DATABASE)) as connection:
        tables = {row[0] for row in connection.execute("select tablename from pg_tables")}
    assert {"runs", "event_logs", "job_ticks"} <= tables


def test_a_run_works_with_what_its_pod_has(services: Services) -> None:
    """No token of the API server; logs as Dagster's identity, bronze as the extractor's."""
    program = shape("staging-direct")
    environment = services.environment(run_pod(program))
    home = services.folder / "home"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text(yaml.safe_dump(services.local(instance_settings(program))))
    repository = ReconstructableRepository.for_module(
        "odoo_lake.orchestration.definitions", "defs", working_directory=str(services.folder)
    )
    origin = repository.get_reconstructable_job("daily_maintenance").get_python_origin()
    with mock.patch.dict(os.environ, environment), dg.DagsterInstance.from_config(str(home)) as instance:
        run = instance.create_run_for_job(
            repository.get_reconstructable_job("daily_maintenance").get_definition(), job_code_origin=origin
        )
        arguments = ExecuteRunArgs(origin, run.run_id, instance.get_ref()).get_command_args()
        program_path = str(Path(sys.executable).parent / arguments[0])
        done = subprocess.run(
            [program_path, *arguments[1:]], env=environment, capture_output=True, text=True, check=False
        )
        finished = instance.get_run_by_id(run.run_id)
    assert finished is not None
    assert finished.status is dg.DagsterRunStatus.SUCCESS, done.stdout[-3000:] + done.stderr[-3000:]
    listed = services.store.client.list_objects_v2(Bucket="odoo-lake-backup", Prefix=f"dagster/storage/{run.run_id}/")
    assert listed["KeyCount"] > 0
