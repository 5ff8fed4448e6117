"""The Hive metastore: a schema before the server, a pool that its login allows, no secret in its files."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lakehouse.metastore_config import pool_size
from lakehouse.quantities import Memory
from tests.program.conftest import shape
from tests.program.recorder import Program, Recorded, run_program, stack_config

SPACE = "lake-metastore"


def found(program: Program, kind: str) -> Recorded:
    [one] = [r for r in program.of(kind) if r.inputs.get("metadata", {}).get("namespace") == SPACE]
    return one


def pods(program: Program) -> list[dict[str, Any]]:
    return [found(program, kind).manifest["spec"]["template"]["spec"] for kind in ("Job", "Deployment")]


def site(program: Program) -> dict[str, str]:
    text = found(program, "ConfigMap").manifest["data"]["hive-site.xml"]
    return dict(re.findall(r"<name>(.*?)</name><value>(.*?)</value>", text))


def test_the_schema_is_made_before_the_server_starts() -> None:
    program = shape("prod")
    job, server, files = (found(program, kind) for kind in ("Job", "Deployment", "ConfigMap"))
    assert job.urn in server.dependencies
    assert files.urn in job.dependencies
    schema, serve = (pod["containers"][0]["command"] for pod in pods(program))
    assert schema[0].endswith("/schematool")
    # Run again on every change: it must leave a schema that is there alone.
    assert schema[-1] == "-initOrUpgradeSchema"
    assert serve[-2:] == ["--service", "metastore"]


def test_a_changed_file_makes_a_new_job_and_rolls_the_server() -> None:
    before = shape("prod")
    after = run_program(stack_config("prod", objectStore={"region": "eu-central-1"}), stack="prod")
    for kind in ("Job", "ConfigMap"):
        assert found(before, kind).metadata["name"] != found(after, kind).metadata["name"]
    names = [found(program, "ConfigMap").metadata["name"] for program in (before, after)]
    mounted = [pods(program)[1]["volumes"][0]["configMap"]["name"] for program in (before, after)]
    assert mounted == names


def test_every_variable_that_the_file_names_is_a_secret_of_the_pods() -> None:
    program = shape("prod")
    named = set(re.findall(r"\$\{env\.(\w+)\}", "".join(site(program).values())))
    assert len(named) == 3
    for pod in pods(program):
        secrets = {e["name"] for e in pod["containers"][0]["env"] if "valueFrom" in e}
        assert secrets == named
    assert "canary" not in str(found(program, "ConfigMap").manifest["data"])


def test_the_driver_comes_from_an_image_of_the_platform() -> None:
    for pod in pods(shape("prod")):
        [driver], [main] = pod["initContainers"], pod["containers"]
        assert driver["image"].startswith("docker.io/trinodb/trino:")
        [written] = [mount for mount in driver["volumeMounts"] if not mount.get("readOnly")]
        read = {mount["name"]: mount["mountPath"] for mount in main["volumeMounts"]}
        variables = {e["name"]: e.get("value") for e in main["env"]}
        assert variables["HADOOP_CLASSPATH"] == f"{read[written['name']]}/*"
        assert driver["command"][-1].endswith(f" {written['mountPath']}/")


def test_the_heap_leaves_room_in_its_container() -> None:
    for pod in pods(shape("prod")):
        [main] = pod["containers"]
        [options] = [e["value"] for e in main["env"] if e["name"] == "HADOOP_CLIENT_OPTS"]
        match = re.fullmatch(r"-Xmx(\d+)m", options)
        assert match
        limit = Memory.parse(main["resources"]["limits"]["memory"]).mib
        assert 0.5 * limit < int(match[1]) < 0.75 * limit


def test_pools_stay_below_what_the_login_may_open() -> None:
    program = shape("prod")
    [role] = [
        role
        for role in program.named("Cluster", "postgres").manifest["spec"]["managed"]["roles"]
        if role["name"] == "metastore"
    ]
    pool = int(site(program)["datanucleus.connectionPool.maxPoolSize"])
    assert 3 * pool + 2 < role["connectionLimit"]


@given(st.integers(10, 500), st.integers(1, 4))
def test_a_pool_is_as_large_as_its_login_allows(connections: int, servers: int) -> None:
    # Three pools and two connections beside them in each server; one for the Job.
    def opened(pool: int) -> int:
        return servers * (3 * pool + 2) + 1

    pool = pool_size(connections, servers)
    assert opened(pool) <= connections or pool <= 0
    assert opened(pool + 1) > connections


def test_the_store_is_reached_by_its_own_scheme() -> None:
    assert site(shape("prod"))["fs.s3a.connection.ssl.enabled"] == "false"
    outside = site(shape("staging-external-store"))
    assert outside["fs.s3a.connection.ssl.enabled"] == "true"
    assert outside["fs.s3a.endpoint"] == "https://s3.example.internal"
