"""The lightweight pipeline: each stage has its own identity, nothing runs twice, and Dagster replaces it."""

from __future__ import annotations

from typing import Any

from tests.program.conftest import shape
from tests.program.recorder import Program, run_program, stack_config


def pod(program: Program) -> dict[str, Any]:
    spec: dict[str, Any] = job(program)["jobTemplate"]["spec"]["template"]["spec"]
    return spec


def job(program: Program) -> dict[str, Any]:
    spec: dict[str, Any] = program.named("CronJob", "pipeline").manifest["spec"]
    return spec


def identity(container: dict[str, Any]) -> str:
    found = {e["name"]: e["valueFrom"]["secretKeyRef"]["name"] for e in container["env"] if "valueFrom" in e}
    assert found["AWS_ACCESS_KEY_ID"] == found["AWS_SECRET_ACCESS_KEY"]
    return str(found["AWS_ACCESS_KEY_ID"])


def test_stages_have_their_own_identities() -> None:
    for stack, command in (("dev-direct", "extract"), ("dev", "sweep")):
        stages = pod(shape(stack))
        first, build = stages["initContainers"]
        assert (first["command"], identity(first)) == (["odoo-lake", command], "minio-extractor")
        assert (build["command"], identity(build)) == (["odoo-lake", "build"], "minio-transform")
        assert [(c["name"], identity(c)) for c in stages["containers"]] == [("publish", "minio-transform")]


def test_gold_is_copied_after_each_build_by_the_login_that_owns_the_copy() -> None:
    [publish] = pod(shape("dev"))["containers"]
    assert publish["command"] == ["odoo-lake", "publish", "--reader", "gold_reader"]
    address = shape("dev").named("Secret", "pipeline-addresses").manifest["stringData"]["gold"]
    host = "postgres-rw.lake-postgres.svc.cluster.local"
    assert address == f"postgresql://publisher:canary-postgres-publisher@{host}:5432/gold?sslmode=require"
    read = {c["name"]: {e["name"] for e in c["env"]} for c in [*pod(shape("dev"))["initContainers"], publish]}
    assert [name for name, variables in read.items() if "ODOO_LAKE_GOLD_DATABASE" in variables] == ["publish"]


def test_one_run_at_a_time_at_the_stacks_hour() -> None:
    assert job(shape("dev"))["concurrencyPolicy"] == "Forbid"
    assert job(run_program(stack_config("dev", schedule="30 4 * * *")))["schedule"] == "30 4 * * *"


def test_the_pod_and_its_volume_are_those_of_the_row() -> None:
    for container in [*pod(shape("dev-direct"))["initContainers"], *pod(shape("dev-direct"))["containers"]]:
        assert container["resources"]["requests"] == {"cpu": "1750m", "memory": "3584Mi"}
    claim = shape("dev").named("PersistentVolumeClaim", "pipeline").manifest["spec"]
    assert claim["resources"]["requests"]["storage"] == "5Gi"
    memory = {e["name"]: e.get("value") for e in pod(shape("dev"))["containers"][0]["env"]}["ODOO_LAKE_DUCKDB_MEMORY"]
    assert memory == "2508MiB", "70 % of the pod, so that Python and dbt have room"


def test_a_password_with_any_character_makes_a_valid_address() -> None:
    config = stack_config("dev")
    config["lakehouse:odooPassword"] = "p@ss/w:rd%?"
    secret = run_program(config).named("Secret", "pipeline-addresses").manifest["stringData"]
    start = "postgresql://odoo_lake:p%40ss%2Fw%3Ard%25%3F@odoo-db.example.internal:5432/odoo"
    assert secret["source"] == f"{start}?sslmode=require"
    assert secret["run-record"].startswith("postgresql+psycopg://lake_ops:canary-postgres-lake-ops@postgres-rw.")


def test_where_dagster_runs_nothing_else_schedules() -> None:
    assert not [r for r in shape("prod").of("CronJob") if r.metadata["name"] == "pipeline"]
