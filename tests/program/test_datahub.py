"""DataHub: heaps inside their containers, every key in a secret of its own, and everything it needs there before it."""

from __future__ import annotations

from typing import Any

import pytest

from lakehouse import sizing
from lakehouse.budget import Pod
from lakehouse.profile import Profile
from lakehouse.quantities import Memory
from tests.program.conftest import shape
from tests.program.recorder import Program, Recorded, run_program, stack_config


def release(program: Program) -> Recorded:
    [found] = [r for r in program.releases if r.name == "datahub"]
    return found


def values(program: Program) -> Any:
    return release(program).manifest["values"]


def variables(part: Any) -> dict[str, Any]:
    return {item["name"]: item.get("value", item.get("valueFrom")) for item in part["extraEnvs"]}


def secrets(program: Program) -> dict[str, set[str]]:
    return {
        r.metadata["name"]: set(r.manifest["stringData"])
        for r in program.of("Secret")
        if r.metadata["namespace"] == "lake-datahub"
    }


def pods() -> dict[str, Pod]:
    budget = dict(sizing.load(Profile.PRODUCTION).budgets())["datahub"]
    return {**budget.workloads, **budget.jobs}


@pytest.mark.parametrize(
    ("part", "variable", "pod"),
    [
        ("datahub-gms", "JAVA_OPTS", "gms"),
        ("datahub-frontend", "JAVA_MEMORY_OPTS", "frontend"),
        ("datahubSystemUpdate", "JAVA_TOOL_OPTIONS", "system_update"),
    ],
)
def test_a_heap_leaves_a_third_of_its_container(part: str, variable: str, pod: str) -> None:
    heap = variables(values(shape("prod"))[part])[variable].rpartition("-Xmx")[2]
    megabytes = int(heap.removesuffix("m"))
    size = pods()[pod].memory.mib
    assert 0.6 * size <= megabytes <= 2 / 3 * size
    assert values(shape("prod"))[part]["resources"]["limits"]["memory"] == str(Memory(size))


def test_every_key_is_in_a_secret_of_its_own() -> None:
    program = shape("prod")
    inside, chart = secrets(program), values(program)
    shared, auth = chart["global"]["datahub"], chart["global"]["datahub"]["metadata_service_authentication"]
    read = [
        shared["encryptionKey"],
        auth["systemClientSecret"],
        auth["tokenService"]["signingKey"],
        auth["tokenService"]["salt"],
    ]
    names = [item["secretRef"] for item in read]
    assert len(set(names)) == len(names), "a shared one could not be made anew alone"
    for item in read:
        assert item["secretKey"] in inside[item["secretRef"]]
    session = chart["datahub-frontend"]["existingGmsSecret"]
    assert session["key"] in inside[session["name"]]
    assert shared["encryptionKey"]["provisionSecret"]["enabled"] is False
    assert auth["provisionSecrets"]["enabled"] is False


def test_the_chart_renders_with_the_encryption_key_although_the_web_interface_ingests_nothing() -> None:
    reference = variables(values(shape("prod"))["datahub-gms"])["SECRET_SERVICE_ENCRYPTION_KEY"]["secretKeyRef"]
    assert reference["key"] in secrets(shape("prod"))[reference["name"]]


def test_the_administrators_password_is_not_the_default_one() -> None:
    program = shape("prod")
    users = program.named("Secret", "datahub-users", "lake-datahub").manifest["stringData"]
    assert users["user.props"] == f"{users['username']}:{users['password']}\n"
    assert users["password"] == "canary-datahub-users"
    front = values(program)["datahub-frontend"]
    [volume] = front["extraVolumes"]
    [mount] = front["extraVolumeMounts"]
    assert volume["secret"]["secretName"] == "datahub-users"
    assert (mount["name"], mount["subPath"], mount["readOnly"]) == (volume["name"], "user.props", True)
    assert mount["mountPath"] == "/datahub-frontend/conf/user.props"


def test_keys_that_encrypt_are_protected_with_the_data() -> None:
    protected = {r.metadata["name"] for r in shape("prod").of("Secret") if r.protect}
    assert "datahub-encryption" in protected
    assert not {"datahub-users", "datahub-session"} & protected


def test_it_waits_for_database_broker_and_index() -> None:
    [component] = [r for r in shape("prod").resources if r.typ == "lakehouse:index:DataHub"]
    waited = " ".join(component.dependencies)
    for needed in ("postgres-datahub-database", "Kafka::datahub-kafka", "Release::opensearch"):
        assert needed in waited
    assert release(shape("prod")).manifest["timeout"] >= 1800
    assert not release(shape("prod")).manifest.get("skipAwait")


def test_it_is_told_where_its_neighbours_are() -> None:
    chart = values(shape("prod"))["global"]
    assert chart["kafka"]["bootstrap"]["server"] == "datahub-kafka-bootstrap:9092"
    assert (chart["elasticsearch"]["host"], chart["elasticsearch"]["port"]) == ("opensearch", "9200")
    database = chart["sql"]["datasource"]
    assert database["url"] == "jdbc:postgresql://postgres-rw.lake-postgres.svc.cluster.local:5432/datahub"
    assert database["password"] == {"secretRef": "postgres-datahub", "secretKey": "password"}
    assert "password" in secrets(shape("prod"))["postgres-datahub"]


def test_a_new_generation_rolls_only_who_reads_it() -> None:
    changed = run_program(stack_config("prod", secretGeneration={"datahub-session": 2}), stack="prod")

    def annotations(program: Program) -> dict[str, Any]:
        chart = values(program)
        return {name: part["podAnnotations"] for name, part in chart.items() if "podAnnotations" in part}

    before, after = annotations(shape("prod")), annotations(changed)
    assert {name for name in before if before[name] != after[name]} == {"datahub-frontend"}


def test_the_jobs_cpu_limit_never_holds_them_back() -> None:
    budget = dict(sizing.load(Profile.PRODUCTION).budgets())["datahub"]
    update = values(shape("prod"))["datahubSystemUpdate"]
    assert update["resources"]["limits"]["cpu"] == str(budget.limit.cpu)
    assert variables(update)["CREATE_DB"] == "false"


def test_a_user_finds_it() -> None:
    outputs = shape("staging").outputs
    assert outputs["addresses"]["datahub"] == "http://datahub-datahub-frontend.lake-datahub.svc.cluster.local:9002"
    assert "datahub-users" in outputs["secretNames"]
    assert "datahub" not in shape("dev").outputs["addresses"]


def test_a_mirror_serves_its_images() -> None:
    mirrored = run_program(stack_config("prod", imageRegistry="mirror.example.internal"), stack="prod")
    assert values(mirrored)["global"]["imageRegistry"] == "mirror.example.internal"
