"""Ingestion: one pod at a time, of the size that the row has room for, and no secret in a recipe."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
import yaml

from lakehouse import sizing
from lakehouse.flows import INGESTION
from lakehouse.profile import Profile
from tests.program.conftest import shape
from tests.program.recorder import Program, run_program, stack_config

NAMES = ["odoo", "trino", "dbt", "dagster", "superset", "cleanup"]
DAY_SECONDS = 24 * 3600


def jobs(program: Program) -> dict[str, dict[str, Any]]:
    prefix = "datahub-ingest-"
    return {r.name.removeprefix(prefix): r.manifest for r in program.of("CronJob") if r.name.startswith(prefix)}


def pod(name: str, program: Program | None = None) -> dict[str, Any]:
    spec: dict[str, Any] = jobs(program or shape("prod"))[name]["spec"]["jobTemplate"]["spec"]["template"]
    return spec


def container(name: str, program: Program | None = None) -> dict[str, Any]:
    [found] = pod(name, program)["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def recipe(name: str) -> str:
    [files] = [r for r in shape("prod").of("ConfigMap") if r.name == f"datahub-ingest-{name}"]
    text = files.manifest["data"]["recipe.yaml"]
    assert isinstance(text, str)
    return text


def test_every_source_has_its_recipe_in_production_alone() -> None:
    found = jobs(shape("prod"))
    by_time = sorted(found, key=lambda name: [int(part) for part in found[name]["spec"]["schedule"].split()[1::-1]])
    assert by_time == NAMES
    assert jobs(shape("dev")) == {}


def test_no_two_of_them_ever_run_at_once() -> None:
    """From the earliest start to the latest end, retries included."""
    windows = []
    for job in jobs(shape("prod")).values():
        spec = job["spec"]
        minute, hour = (int(part) for part in spec["schedule"].split()[:2])
        assert spec["schedule"].split()[2:] == ["*", "*", "*"]
        assert spec["concurrencyPolicy"] == "Forbid"
        start = hour * 3600 + minute * 60
        last = start + spec["startingDeadlineSeconds"] + spec["jobTemplate"]["spec"]["activeDeadlineSeconds"]
        windows.append((start, last))
    windows.sort()
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(windows))
    assert windows[-1][1] < DAY_SECONDS


def test_all_of_it_is_suspended_for_an_upgrade() -> None:
    suspended = run_program(stack_config("prod", dataHub={"suspendIngestion": True}), stack="prod")
    assert {name: job["spec"]["suspend"] for name, job in jobs(suspended).items()} == dict.fromkeys(NAMES, True)
    assert not any(job["spec"]["suspend"] for job in jobs(shape("prod")).values())


def test_every_container_has_the_size_of_the_row() -> None:
    run = dict(sizing.load(Profile.PRODUCTION).budgets())["datahub"].run
    assert run is not None
    [size] = run[1].containers.values()
    for name in NAMES:
        spec = pod(name)["spec"]
        for one in [*spec["initContainers"], *spec["containers"]]:
            assert one["resources"] == size.resources()
        limits = [volume["emptyDir"]["sizeLimit"] for volume in spec["volumes"] if "emptyDir" in volume]
        assert limits == ["256Mi", "1Gi"]
        assert size.scratch.mib >= 256 + 1024


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_names_its_secrets_and_holds_none(name: str) -> None:
    text, environment = recipe(name), {item["name"]: item for item in container(name)["env"]}
    assert "canary" not in text
    for variable in re.findall(r"\$\{(\w+)\}", text):
        assert "secretKeyRef" in environment[variable]["valueFrom"]
    secrets = {
        r.metadata["name"]: set(r.manifest["stringData"])
        for r in shape("prod").of("Secret")
        if r.metadata["namespace"] == "lake-datahub"
    }
    references = [item["valueFrom"]["secretKeyRef"] for item in environment.values() if "valueFrom" in item]
    assert references
    for reference in references:
        assert reference["key"] in secrets[reference["name"]]


def test_a_recipe_reads_only_what_the_contracts_name() -> None:
    config = yaml.safe_load(recipe("odoo"))["source"]["config"]
    [pattern] = config["table_pattern"]["allow"]
    database = config["database"]
    assert re.match(pattern, f"{database}.public.account_move")
    for table in ("ir_config_parameter", "account_move_secret", "res_users_apikeys"):
        assert not re.match(pattern, f"{database}.public.{table}")
    assert config["profiling"] == {"enabled": False}, "profiles show rows"
    assert yaml.safe_load(recipe("trino"))["source"]["config"]["profiling"] == {"enabled": False}


def test_what_dbt_and_dagster_tell_is_written_by_the_image_of_the_runs() -> None:
    for name in ("dbt", "dagster"):
        [first] = pod(name)["spec"]["initContainers"]
        assert first["image"] == yaml.safe_load(stack_config("prod")["lakehouse:images"]["pipelines"])
        assert first["command"][:3] == ["odoo-lake", "datahub", "export"]
        [written] = [m["mountPath"] for m in first["volumeMounts"] if m["name"] == "work"]
        assert f"{written}/" in recipe(name)
        assert not [item for item in first["env"] if "valueFrom" in item], "it needs no secret"
    assert not pod("odoo")["spec"]["initContainers"]


def test_trinos_certificate_is_checked_against_the_platforms_authority() -> None:
    config = yaml.safe_load(recipe("trino"))["source"]["config"]
    trusted = config["options"]["connect_args"]["verify"]
    environment = {item["name"]: item.get("value") for item in container("trino")["env"]}
    assert environment["REQUESTS_CA_BUNDLE"] == trusted
    [files] = [volume["projected"] for volume in pod("trino")["spec"]["volumes"] if volume["name"] == "files"]
    secret = next(source["secret"] for source in files["sources"] if "secret" in source)
    assert trusted.endswith(secret["items"][0]["path"])
    certificate = shape("prod").named("Certificate", secret["name"], "lake-datahub")
    assert certificate.manifest["spec"]["secretName"] == secret["name"]


def test_network_policies_select_its_pods() -> None:
    for name in NAMES:
        assert dict(INGESTION.labels).items() <= pod(name)["metadata"]["labels"].items()


def test_a_changed_recipe_has_a_new_file_and_rolls_its_job() -> None:
    changed = run_program(
        stack_config("prod", odoo={**stack_config("prod")["lakehouse:odoo"], "port": 5433}), stack="prod"
    )

    def files(program: Program) -> dict[str, str]:
        return {
            name: source["configMap"]["name"]
            for name in NAMES
            for volume in pod(name, program)["spec"]["volumes"]
            if volume["name"] == "files"
            for source in volume["projected"]["sources"]
            if "configMap" in source
        }

    before, after = files(shape("prod")), files(changed)
    assert {name for name in NAMES if before[name] != after[name]} == {"odoo"}


def test_it_speaks_for_datahubs_own_parts_and_waits_for_them() -> None:
    for name in NAMES:
        environment = {item["name"]: item for item in container(name)["env"]}
        secret = environment["DATAHUB_SYSTEM_CLIENT_SECRET"]["valueFrom"]["secretKeyRef"]
        assert secret == {"name": "datahub-system-client", "key": "system-client-secret"}
    [component] = [r for r in shape("prod").resources if r.typ == "lakehouse:index:Ingestion"]
    assert any("Release::datahub" in urn for urn in component.dependencies)
    assert any("Release::trino" in urn for urn in component.dependencies)
