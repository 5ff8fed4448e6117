"""Superset and Valkey: every secret by its key, Trino without its password, no more processes than the memory holds."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.program.conftest import shape
from tests.program.recorder import Program, revealed, run_program, stack_config

PARTS = ("supersetNode", "supersetWorker", "supersetCeleryBeat", "init")


def values(program: Program) -> dict[str, Any]:
    [found] = [revealed(r.inputs) for r in program.releases if r.name == "superset"]
    return found["values"]  # type: ignore[no-any-return]


def test_trino_is_declared_without_its_password() -> None:
    [database] = yaml.safe_load(values(shape("prod"))["extraConfigs"]["import_datasources.yaml"])["databases"]
    assert database["sqlalchemy_uri"] == "trino://superset@trino.lake-trino.svc.cluster.local:8443/lake"
    assert database["allow_run_async"] is True
    assert "password" not in database


def test_passwords_come_from_the_secrets_of_those_they_belong_to() -> None:
    read = {
        v["name"]: f"{v['valueFrom']['secretKeyRef']['name']}/{v['valueFrom']['secretKeyRef']['key']}"
        for v in values(shape("prod"))["extraEnvRaw"]
    }
    assert read == {
        "DB_USER": "postgres-superset/username",
        "DB_PASS": "postgres-superset/password",
        "REDIS_PASSWORD": "valkey/password",
        "TRINO_PASSWORD": "trino-superset/password",
        "SUPERSET_SECRET_KEY": "superset-key/SUPERSET_SECRET_KEY",
        "ADMIN_USERNAME": "superset-admin/username",
        "ADMIN_EMAIL": "superset-admin/email",
        "ADMIN_PASSWORD": "superset-admin/password",
        "CATALOG_USERNAME": "superset-catalog/username",
        "CATALOG_PASSWORD": "superset-catalog/password",
    }


def test_the_key_that_encrypts_is_protected_as_data_is() -> None:
    assert shape("prod").named("Secret", "superset-key").protect
    assert not shape("staging").named("Secret", "superset-key").protect


@pytest.mark.parametrize("secret", ["valkey", "trino-superset", "postgres-superset", "superset-admin"])
def test_every_part_rolls_with_a_new_password(secret: str) -> None:
    before = values(shape("staging"))
    after = values(run_program(stack_config("staging", secretGeneration={secret: 2})))
    assert all(before[part]["podAnnotations"] != after[part]["podAnnotations"] for part in PARTS)


def test_processes_follow_from_the_memory() -> None:
    """By itself a worker starts one for each core of its node."""
    assert values(shape("prod"))["supersetWorker"]["command"][-1].endswith("--concurrency=2")
    assert values(shape("prod"))["extraEnv"]["SERVER_WORKER_AMOUNT"] == "2"
    small = run_program(stack_config("staging", overrides={"superset": {"worker": {"memory": "512Mi"}}}))
    assert values(small)["supersetWorker"]["command"][-1].endswith("--concurrency=1")


def valkey_configuration(program: Program) -> dict[str, str]:
    [files] = [r.manifest["data"] for r in program.of("ConfigMap") if r.name == "valkey"]
    return dict(line.split(" ", 1) for line in files["valkey.conf"].splitlines())


def test_valkey_keeps_its_queue_and_lets_the_cache_go() -> None:
    found = valkey_configuration(shape("prod"))
    assert found["maxmemory-policy"] == "volatile-lru"
    assert found["maxmemory"] == "179mb", "70 % of 256Mi"
    assert found["save"] == '""'


def test_valkey_asks_for_the_password_that_superset_has() -> None:
    program = shape("prod")
    text = revealed(program.named("Secret", "valkey-users").inputs)["stringData"]["users.acl"]
    password = revealed(program.named("Secret", "valkey", "lake-superset").inputs)["stringData"]["password"]
    assert text == f"user default on >{password} ~* &* +@all -@admin\n"
    assert valkey_configuration(program)["aclfile"] == "/etc/valkey-users/users.acl"
    assert password not in yaml.safe_dump(valkey_configuration(program))


def test_nobody_but_superset_reaches_valkey() -> None:
    rules = [
        rule
        for policy in shape("prod").of("NetworkPolicy")
        if policy.metadata["namespace"] == "lake-valkey"
        for rule in policy.manifest["spec"]["ingress"]
    ]
    spaces = {
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for r in rules for peer in r["from"]
    }
    assert spaces == {"lake-superset"}
