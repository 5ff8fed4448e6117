"""Airbyte: no secret in its values, sync pods that fit the row, and a file that the apply program understands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from lakehouse import sizing
from lakehouse.profile import Profile
from odoo_lake.airbyte.config import AirbyteConfig, load_config
from tests.program.conftest import shape
from tests.program.recorder import Program, revealed

STACKS = {"dev": Profile.LIGHTWEIGHT, "prod": Profile.PRODUCTION}


def job(program: Program) -> dict[str, Any]:
    [found] = [r for r in program.of("Job") if r.name == "airbyte-apply"]
    return found.manifest


def config(program: Program, folder: Path) -> AirbyteConfig:
    [files] = [r for r in program.of("ConfigMap") if r.name == "airbyte-apply"]
    path = folder / "airbyte.yaml"
    path.write_text(files.manifest["data"]["airbyte.yaml"])
    return load_config(path)


def values(program: Program) -> dict[str, Any]:
    [found] = [revealed(r.inputs) for r in program.releases if revealed(r.inputs)["name"] == "airbyte"]
    return found["values"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("stack", STACKS)
def test_apply_program_reads_what_is_mounted(stack: str, tmp_path: Path) -> None:
    program = shape(stack)
    read = config(program, tmp_path)
    assert read.api_url == "http://airbyte-airbyte-server-svc.lake-airbyte.svc.cluster.local:8001/api/public/v1"
    assert read.destination.bucket == "odoo-lake-bronze"
    command = job(program)["spec"]["template"]["spec"]["containers"][0]["command"]
    assert command == ["odoo-lake", "airbyte", "apply", "--config", "/etc/lakehouse/airbyte.yaml"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_sync_takes_what_the_sizing_gives_it(stack: str, tmp_path: Path) -> None:
    read = config(shape(stack), tmp_path).sync
    containers = sizing.load(STACKS[stack]).airbyte.sync.containers
    for name, size in (("orchestrator", read.orchestrator), ("source", read.source), ("destination", read.destination)):
        assert (size.cpu_millicores, size.memory_mib) == (
            containers[name].cpu.millicores,
            containers[name].memory.mib,
        )
    assert (read.orchestrator + read.source + read.destination).fits(read.headroom)
    assert values(shape(stack))["worker"]["maxSyncWorkers"] == {"dev": 1, "prod": 2}[stack]


@pytest.mark.parametrize("stack", STACKS)
def test_every_secret_is_there_under_its_key(stack: str) -> None:
    program = shape(stack)
    secrets = {
        r.manifest["metadata"]["name"]: set(revealed(r.inputs)["stringData"])
        for r in program.of("Secret")
        if r.manifest["metadata"]["namespace"] == "lake-airbyte"
    }
    container = job(program)["spec"]["template"]["spec"]["containers"][0]
    read = {e["name"]: e["valueFrom"]["secretKeyRef"] for e in container["env"] if "valueFrom" in e}
    assert set(read) == {
        "AIRBYTE_CLIENT_ID",
        "AIRBYTE_CLIENT_SECRET",
        "ODOO_PASSWORD",
        "S3_ACCESS_KEY",
        "S3_SECRET_KEY",
    }
    for reference in read.values():
        assert reference["key"] in secrets[reference["name"]]
    chart = values(program)["global"]
    assert {"username", "password"} <= secrets[chart["database"]["secretName"]]
    assert {"access-key", "secret-key"} <= secrets[chart["storage"]["secretName"]]
    assert {f"AB_INSTANCE_ADMIN_{part}" for part in ("PASSWORD", "CLIENT_ID", "CLIENT_SECRET")} <= secrets[
        chart["auth"]["secretName"]
    ]


def test_direct_extraction_leaves_airbyte_out() -> None:
    urns = [r.urn for r in shape("dev-direct").resources]
    assert urns
    assert not [urn for urn in urns if urn.endswith(("::airbyte", "::lake-airbyte", "::airbyte-apply"))]


def test_password_of_odoo_is_in_its_secret_alone() -> None:
    program = shape("prod")
    [secret] = [r for r in program.of("Secret") if r.name == "airbyte-odoo"]
    password = revealed(secret.inputs)["stringData"]["password"]
    others = [
        r
        for r in (*program.objects, *program.releases)
        if r.name != "airbyte-odoo" and r.manifest.get("kind") != "Secret"
    ]
    assert password
    assert not [r.name for r in others if password in yaml.safe_dump(r.manifest)]
