"""The operator's console: what a run has, in a pod that starts only by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.orchestration.test_run_pod import run_pod
from tests.program.conftest import shape
from tests.program.recorder import Program


def console(program: Program) -> dict[str, Any]:
    spec: dict[str, Any] = program.named("CronJob", "console").manifest["spec"]
    return spec


def pod(program: Program) -> dict[str, Any]:
    spec: dict[str, Any] = console(program)["jobTemplate"]["spec"]["template"]["spec"]
    return spec


def read(container: Mapping[str, Any]) -> dict[str, object]:
    """Variable to its value, or to the secret's name and key."""
    found = {}
    for variable in container["env"]:
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        found[variable["name"]] = (reference["name"], reference["key"]) if reference else variable["value"]
    return found


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_it_starts_only_by_hand_and_ends_by_itself(name: str) -> None:
    spec = console(shape(name))
    assert spec["suspend"] is True
    assert spec["jobTemplate"]["spec"]["ttlSecondsAfterFinished"] < 600
    [container] = pod(shape(name))["containers"]
    assert container["command"] == ["sleep", "3600"]


@pytest.mark.parametrize("name", ["prod", "staging-direct"])
def test_in_production_it_has_what_a_run_has(name: str) -> None:
    program = shape(name)
    [(_, run)] = run_pod(program).containers
    [own] = pod(program)["containers"]
    of_dagster_itself = {"DAGSTER_HOME", "DAGSTER_PG_PASSWORD", "DAGSTER_RUN_JOB_NAME"}
    expected = {name: value for name, value in read(run).items() if name not in of_dagster_itself}
    assert read(own) == expected
    assert own["resources"] == run["resources"]
    assert program.named("CronJob", "console").metadata["namespace"] == "lake-dagster"
    assert pod(program)["priorityClassName"] == "lake-run"
    paths = {mount["mountPath"] for mount in own["volumeMounts"]}
    assert {"/tmp", "/etc/lakehouse/trino"} <= paths  # noqa: S108 - an emptyDir


@pytest.mark.parametrize("name", ["dev", "dev-direct"])
def test_in_lightweight_it_has_what_all_stages_have(name: str) -> None:
    program = shape(name)
    stages = program.named("CronJob", "pipeline").manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    first, build = stages["initContainers"]
    keys = {"AWS_ACCESS_KEY_ID": "ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY": "SECRET_ACCESS_KEY"}
    expected: dict[str, object] = {}
    for prefix, stage in (("EXTRACTOR", first), ("TRANSFORM", build), ("", stages["containers"][0])):
        for variable, value in read(stage).items():
            if variable not in keys:
                expected[variable] = value
            elif prefix:
                expected[f"ODOO_LAKE_{prefix}_{keys[variable]}"] = value
    [own] = pod(program)["containers"]
    assert read(own) == expected
    assert own["volumeMounts"] == build["volumeMounts"]
    assert own["resources"] == build["resources"]
    assert program.named("CronJob", "console").metadata["namespace"] == "lake-dbt"
