"""Dagster: what a run pod gets, one identity per step, and nothing of it in the code location or the values."""

from __future__ import annotations

from typing import Any

import pytest

from lakehouse import sizing
from lakehouse.profile import Profile
from tests.program.conftest import shape
from tests.program.recorder import Program, revealed, run_program, stack_config

STORAGE = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def values(program: Program) -> dict[str, Any]:
    [found] = [revealed(r.inputs) for r in program.releases if revealed(r.inputs)["name"] == "dagster"]
    return found["values"]  # type: ignore[no-any-return]


def launcher(program: Program) -> dict[str, Any]:
    found: dict[str, Any] = values(program)["runLauncher"]["config"]["k8sRunLauncher"]
    return found


def code_location(program: Program) -> dict[str, Any]:
    [found] = values(program)["dagster-user-deployments"]["deployments"]
    return found  # type: ignore[no-any-return]


def plain(variables: list[dict[str, Any]]) -> dict[str, str]:
    return {v["name"]: v["value"] for v in variables if "value" in v}


def secrets(variables: list[dict[str, Any]]) -> dict[str, str]:
    references = {v["name"]: v["valueFrom"]["secretKeyRef"] for v in variables if "valueFrom" in v}
    return {name: f"{reference['name']}/{reference['key']}" for name, reference in references.items()}


def run_variables(program: Program) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = launcher(program)["runK8sConfig"]["containerConfig"]["env"]
    return found


def test_a_run_that_extracts_has_the_keys_of_three_identities() -> None:
    found = secrets(run_variables(shape("staging-direct")))
    for step in ("extractor", "transform"):
        assert found[f"ODOO_LAKE_{step.upper()}_ACCESS_KEY_ID"] == f"minio-{step}/access-key"
        assert found[f"ODOO_LAKE_{step.upper()}_SECRET_ACCESS_KEY"] == f"minio-{step}/secret-key"
    assert {found[name] for name in STORAGE} == {"minio-dagster/access-key", "minio-dagster/secret-key"}
    assert found["ODOO_LAKE_SOURCE"] == "dagster-addresses/source"
    assert found["ODOO_LAKE_OPS"] == "dagster-addresses/run-record"


def test_a_run_builds_on_trino_as_the_user_that_may() -> None:
    program = shape("prod")
    variables = run_variables(program)
    assert plain(variables)["ODOO_LAKE_ENGINE"] == "trino"
    assert plain(variables)["ODOO_LAKE_TRINO_URL"] == "https://dbt@trino.lake-trino.svc.cluster.local:8443"
    assert secrets(variables)["ODOO_LAKE_TRINO_PASSWORD"] == "trino-dbt/password"
    [authority] = [volume for volume in launcher(program)["volumes"] if "secret" in volume]
    [mount] = launcher(program)["runK8sConfig"]["containerConfig"]["volumeMounts"]
    assert mount["name"] == authority["name"]
    [item] = authority["secret"]["items"]
    assert plain(variables)["ODOO_LAKE_TRINO_CA"] == f"{mount['mountPath']}/{item['path']}"


def test_runs_know_whether_airbyte_lands_the_rows() -> None:
    for stack, ingestion in (("prod", "airbyte"), ("staging-direct", "direct")):
        variables = run_variables(shape(stack))
        assert plain(variables)["ODOO_LAKE_INGESTION"] == ingestion
        assert secrets(variables)["ODOO_LAKE_EXTRACTOR_ACCESS_KEY_ID"] == "minio-extractor/access-key"


def test_code_location_has_no_key_of_the_lake_and_no_password_of_odoo() -> None:
    found = secrets(code_location(shape("staging-direct"))["env"])
    assert set(found) == STORAGE
    assert {reference.split("/")[0] for reference in found.values()} == {"minio-dagster"}


def test_code_location_asks_airbyte_with_a_secret_that_holds_nothing_else() -> None:
    program = shape("prod")
    variables = code_location(program)["env"]
    assert plain(variables)["ODOO_LAKE_AIRBYTE_URL"] == (
        "http://airbyte-airbyte-server-svc.lake-airbyte.svc.cluster.local:8001/api/public/v1"
    )
    found = secrets(variables)
    assert {found[f"AIRBYTE_CLIENT_{part}"].split("/")[0] for part in ("ID", "SECRET")} == {"airbyte-client"}
    held = {
        r.manifest["metadata"]["namespace"]: r.manifest["stringData"]
        for r in program.of("Secret")
        if r.metadata["name"] == "airbyte-client"
    }
    assert set(held) == {"lake-airbyte", "lake-dagster"}
    keys = {found[f"AIRBYTE_CLIENT_{part}"].split("/")[1] for part in ("ID", "SECRET")}
    assert set(held["lake-dagster"]) == keys
    [auth] = [r.manifest["stringData"] for r in program.of("Secret") if r.metadata["name"] == "airbyte-auth"]
    assert {key: auth[key] for key in keys} == held["lake-dagster"], "the client that Airbyte knows"
    others = {value for key, value in auth.items() if key not in keys}
    assert not others & set(held["lake-dagster"].values()), "not the administrator's password"
    assert "lakehouse/secret-generation.airbyte-client" in code_location(program)["annotations"]
    assert not [name for name in secrets(run_variables(program)) if name.startswith("AIRBYTE")]


def test_definitions_are_the_same_in_the_code_location_and_in_the_runs() -> None:
    program = run_program(stack_config("staging", schedule="15 4 * * *", ingestion="direct"))
    for variables in (code_location(program)["env"], run_variables(program)):
        assert plain(variables)["ODOO_LAKE_SCHEDULE"] == "15 4 * * *"
        assert plain(variables)["ODOO_LAKE_ENGINE"] == "trino"
        assert plain(variables)["ODOO_LAKE_INGESTION"] == "direct"


def test_runs_are_as_many_and_as_big_as_the_dbt_row_says() -> None:
    row = sizing.load(Profile.PRODUCTION).dbt
    [size] = row.run_pod.containers.values()
    program = shape("prod")
    assert launcher(program)["resources"] == size.resources()
    assert launcher(program)["runK8sConfig"]["podSpecConfig"]["priorityClassName"] == row.priority_class
    queue = values(program)["dagsterDaemon"]["runCoordinator"]["config"]["queuedRunCoordinator"]
    assert queue["maxConcurrentRuns"] == 2, "two pods of half the row's size"


def test_a_bigger_run_pod_lowers_the_number_of_runs() -> None:
    whole = {"dbt": {"runPod": {"containers": {"run": {"cpu": "1500m", "memory": "3Gi"}}}}}
    program = run_program(stack_config("staging", overrides=whole))
    queue = values(program)["dagsterDaemon"]["runCoordinator"]["config"]["queuedRunCoordinator"]
    assert queue["maxConcurrentRuns"] == 1


def test_release_comes_after_the_migration_and_its_secrets() -> None:
    program = shape("prod")
    [release] = [r for r in program.releases if r.name == "dagster"]
    names = {urn.split("::")[3] for urn in release.dependencies}
    assert {"dagster-migrate", "dagster-database", "dagster-addresses"} <= names


@pytest.mark.parametrize("product", ["dagster-web", "dagster-daemon"])
def test_services_roll_with_a_new_password(product: str) -> None:
    part = {"dagster-web": "dagsterWebserver", "dagster-daemon": "dagsterDaemon"}[product]

    def annotations(**changes: Any) -> dict[str, str]:
        program = run_program(stack_config("staging", **changes))
        found: dict[str, str] = values(program)[part]["annotations"]
        assert found.items() <= code_location(program)["annotations"].items()
        return found

    assert annotations() != annotations(secretGeneration={"postgres-dagster": 2})
    assert annotations() != annotations(secretGeneration={"minio-dagster": 2})


def test_nobody_outside_reaches_the_web_interface() -> None:
    """It has no login of its own. What a domain opens, and behind which login, is `test_ingress`'s business."""
    program = shape("staging")
    assert not values(program).get("ingress", {}).get("enabled")
    inward = [
        rule
        for policy in program.of("NetworkPolicy")
        if policy.metadata["namespace"] == "lake-dagster"
        for rule in policy.manifest["spec"]["ingress"]
    ]
    ports = {port["port"] for rule in inward for port in rule["ports"]}
    assert ports == {3030}
    spaces = [peer["namespaceSelector"]["matchLabels"] for rule in inward for peer in rule["from"]]
    assert spaces == [{"kubernetes.io/metadata.name": "lake-dagster"}]
