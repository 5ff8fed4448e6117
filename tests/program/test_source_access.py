"""What every reader of Odoo's database gets: who the server is, and the key that hashes what may not be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.program.conftest import shape
from tests.program.recorder import Program, revealed, run_program, stack_config

CERTIFICATE = "/etc/lakehouse/odoo/ca.crt"
HASH_KEY = "ODOO_LAKE_HASH_KEY"


@cache
def authority() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odoo-authority")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@cache
def verified(stack: str, **changes: Any) -> Program:
    config = stack_config(stack, **changes)
    config["lakehouse:odoo"] = {**config["lakehouse:odoo"], "sslMode": "verify-full", "caCertificate": authority()}
    return run_program(config)


def pods(program: Program) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each object that makes pods, as the program declares it itself, and its pod's specification."""
    for item in program.objects:
        spec = item.manifest.get("spec") or {}
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template") if isinstance(spec, dict) else None
        if template and "spec" in template:
            yield item.metadata["name"], template["spec"]


def release_values(program: Program, name: str) -> dict[str, Any]:
    [values] = [revealed(r.inputs)["values"] for r in program.releases if r.name == name]
    found: dict[str, Any] = values
    return found


def run_settings(program: Program) -> dict[str, Any]:
    found: dict[str, Any] = release_values(program, "dagster")["runLauncher"]["config"]["k8sRunLauncher"]
    return found


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_address_names_the_certificate_and_its_readers_have_it(stack: str) -> None:
    program = verified(stack)
    entries = {s.metadata["name"]: s.manifest.get("stringData") or {} for s in program.of("Secret")}
    naming = {name for name, data in entries.items() if any(CERTIFICATE in str(value) for value in data.values())}
    own = {"dev": "pipeline-addresses", "prod": "dagster-addresses"}[stack]
    assert naming == {own, "query-exporter-addresses"}
    assert {entries[name]["odoo-ca.crt"] for name in naming} == {authority()}
    assert "sslmode=verify-full&sslrootcert=" in entries[own]["source"]
    assert CERTIFICATE not in entries[own]["run-record"], "another server, another authority"
    reading = {owner: pod for owner, pod in pods(program) if any(name in json.dumps(pod) for name in naming)}
    expected = {"dev": {"console", "pipeline", "query-exporter"}, "prod": {"console", "query-exporter"}}
    assert reading.keys() == expected[stack]
    for pod in reading.values():
        containers = [*pod.get("initContainers", ()), *pod["containers"]]
        [volume] = [v for v in pod["volumes"] if v["name"] == "odoo-authority"]
        assert volume["secret"]["secretName"] in naming
        assert volume["secret"]["items"] == [{"key": "odoo-ca.crt", "path": "ca.crt"}]
        for container in containers:
            assert {"name": "odoo-authority", "mountPath": "/etc/lakehouse/odoo", "readOnly": True} in (
                container["volumeMounts"]
            )


def test_a_run_pod_of_dagster_has_the_certificate() -> None:
    launcher = run_settings(verified("prod"))
    mount = {"name": "odoo-authority", "mountPath": "/etc/lakehouse/odoo", "readOnly": True}
    assert mount in launcher["runK8sConfig"]["containerConfig"]["volumeMounts"]
    item = {"key": "odoo-ca.crt", "path": "ca.crt"}
    volume = {"name": "odoo-authority", "secret": {"secretName": "dagster-addresses", "items": [item]}}
    assert volume in launcher["volumes"]


def test_datahub_and_airbyte_compare_the_server_too() -> None:
    program = verified("prod")
    [recipe] = [m.manifest for m in program.of("ConfigMap") if m.name == "datahub-ingest-odoo"]
    arguments = yaml.safe_load(recipe["data"]["recipe.yaml"])["source"]["config"]["options"]["connect_args"]
    assert arguments == {"sslmode": "verify-full", "sslrootcert": "/etc/lakehouse/odoo-ca.crt"}
    assert recipe["data"]["odoo-ca.crt"] == authority()
    [apply] = [m.manifest for m in program.of("ConfigMap") if m.name == "airbyte-apply"]
    source = yaml.safe_load(apply["data"]["airbyte.yaml"])["source"]
    assert (source["sslMode"], source["caCertificate"]) == ("verify-full", authority())


def test_without_a_certificate_nothing_is_mounted() -> None:
    for stack in ("dev", "prod"):
        assert not [owner for owner, pod in pods(shape(stack)) if "odoo-authority" in json.dumps(pod)]


def key_holders(stack: str) -> set[tuple[str, str]]:
    """The containers with the key of hashed columns, by the object that makes their pods."""
    return {
        (owner, container["name"])
        for owner, pod in pods(shape(stack))
        for container in [*pod.get("initContainers", ()), *pod["containers"]]
        if HASH_KEY in {variable["name"] for variable in container.get("env", ())}
    }


def test_extraction_and_the_console_alone_have_the_key_of_hashed_columns() -> None:
    assert key_holders("dev") == {("pipeline", "sweep"), ("console", "console")}
    assert key_holders("prod") == {("console", "console")}
    variables = {e["name"]: e for e in run_settings(shape("prod"))["runK8sConfig"]["containerConfig"]["env"]}
    assert variables[HASH_KEY]["valueFrom"]["secretKeyRef"] == {"name": "pipeline-hash-key", "key": "key"}
    assert "ODOO_LAKE_REHASH" not in variables


def test_the_key_survives_a_change_of_the_profile() -> None:
    keys = [
        [r for r in shape(name).resources if r.kind == "RandomPassword" and r.name == "pipeline-hash-key"]
        for name in ("dev", "dev-as-production")
    ]
    [small], [large] = keys
    assert small.urn == large.urn
    assert small.inputs == large.inputs
    places = {name: shape(name).named("Secret", "pipeline-hash-key").metadata["namespace"] for name in ("dev", "prod")}
    assert places == {"dev": "lake-dbt", "prod": "lake-dagster"}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_new_key_comes_with_a_request_to_hash_everything_anew(stack: str) -> None:
    config = stack_config(stack, secretGeneration={"pipeline-hash-key": 2})
    config["lakehouse:odoo"] = {**config["lakehouse:odoo"], "fullExtraction": 2}
    program = run_program(config)
    if stack == "prod":
        variables = run_settings(program)["runK8sConfig"]["containerConfig"]["env"]
    else:
        variables = dict(pods(program))["pipeline"]["initContainers"][0]["env"]
    assert {"name": "ODOO_LAKE_REHASH", "value": "2"} in variables
