"""The Jobs of a move, as the program renders them, take two real servers from one topology to the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from odoo_lake.object_store.server import Store
from tests.object_store import ObjectStore, object_store
from tests.program.recorder import Program
from tests.program.test_store_move import ADDRESS, FIRST, SECOND, program_at

BRONZE = "odoo-lake-bronze"
Stores = dict[str, ObjectStore]


def run_job(program: Program, name: str, stores: Stores, directory: Path) -> subprocess.CompletedProcess[str]:
    """The Job's own command, variables and files, with loopback addresses and the test servers' administrators."""
    [job] = [r for r in program.of("Job") if r.name == name]
    [container] = job.manifest["spec"]["template"]["spec"]["containers"]
    environment: dict[str, str] = {}
    for variable in container["env"]:
        if (reference := variable.get("valueFrom")) is None:
            environment[variable["name"]] = ADDRESS.sub(lambda m: stores[m[1]].endpoint, variable["value"])
        else:
            server = stores[reference["secretKeyRef"]["name"].removesuffix("-root")]
            key = reference["secretKeyRef"]["key"]
            environment[variable["name"]] = server.access_key if key == "user" else server.secret_key
    for files in (r for r in program.of("ConfigMap") if r.name == name):
        for path, text in files.manifest["data"].items():
            (directory / path).write_text(text)
    for volume in job.manifest["spec"]["template"]["spec"]["volumes"]:
        for item in (
            i for s in volume.get("projected", {}).get("sources", []) for i in s.get("secret", {}).get("items", [])
        ):
            (directory / item["path"]).parent.mkdir(parents=True, exist_ok=True)
            (directory / item["path"]).write_text(f"secret-of-{Path(item['path']).parent.name}")
    command = [word.replace("/etc/lakehouse", str(directory)) for word in container["command"]]
    command[0] = str(Path(sys.executable).parent / command[0])
    inherited = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    return subprocess.run(command, env={**inherited, **environment}, capture_output=True, text=True, check=False)


def deploy(step: str, stores: Stores, directory: Path) -> str:
    """The Jobs of one step in the order of their dependencies; the mirror's output."""
    program = program_at("dev", step)
    present = {r.name for r in program.of("Job")}
    output = ""
    for name in ("minio-provision", "minio-second-provision", "minio-mirror"):
        if name in present:
            done = run_job(program, name, stores, directory)
            assert done.returncode == 0, f"{step}: {name}: {done.stdout}{done.stderr}"
            output = done.stdout
    return output


def extractor(store: ObjectStore) -> Any:
    return Store(store.endpoint, "lake-extractor", "secret-of-extractor", "us-east-1").s3()


def writes(store: ObjectStore, key: str) -> bool:
    try:
        extractor(store).put_object(Bucket=BRONZE, Key=key, Body=key.encode())
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDenied":
            return False
        raise
    return True


def keys(store: ObjectStore) -> list[str]:
    return [item["Key"] for item in extractor(store).list_objects_v2(Bucket=BRONZE).get("Contents", [])]


def test_the_jobs_of_every_step_move_the_lake_and_move_it_back(tmp_path: Path) -> None:
    with object_store(tmp_path / "one") as one, object_store(tmp_path / "four", drives=4) as four:
        stores = {FIRST: one, SECOND: four}
        deploy("before", stores, tmp_path)
        assert writes(one, "a")
        assert "both stores are equal" in deploy("copies", stores, tmp_path)
        assert writes(one, "b")
        # The copy lacks b: to give the old store up now is refused before anything is deleted.
        refused = run_job(program_at("dev", "moved"), "minio-second-provision", stores, tmp_path)
        assert refused.returncode == 2
        assert "was not handed over" in refused.stderr
        assert "is now the one to use" in deploy("serves", stores, tmp_path)
        assert not writes(one, "lost")
        assert writes(four, "c")
        assert "nothing was copied" in deploy("serves", stores, tmp_path)
        deploy("copies-back", stores, tmp_path)
        assert writes(four, "d")
        assert "is now the one to use" in deploy("serves-again", stores, tmp_path)
        assert not writes(four, "lost")
        assert writes(one, "e")
        deploy("moved-back", stores, tmp_path)
        assert keys(one) == ["a", "b", "c", "d", "e"]
