"""Trino: who logs in as whom, with which password, trusting which certificate; and no secret in its values."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from lakehouse.trino_clients import CLIENTS
from tests.program.conftest import shape
from tests.program.recorder import Program, chart_folder, revealed, run_program, stack_config

# Whose pods log in as whom.
READERS = {
    "dbt": {"lake-dagster"},
    "superset": {"lake-superset"},
    "datahub": {"lake-datahub"},
    "admin": {"lake-trino"},
    "metrics": {"lake-trino"},
}
ROLES = {"dbt": "etl", "superset": "bi", "datahub": "analyst", "admin": "admin"}
HOST = "trino.lake-trino.svc.cluster.local"


def secrets(program: Program, name: str) -> dict[str, dict[str, str]]:
    """Namespace to data of every secret of this name."""
    found = [r for r in program.of("Secret") if r.metadata["name"] == name]
    return {r.metadata["namespace"]: revealed(r.inputs)["stringData"] for r in found}


def values(program: Program) -> dict[str, Any]:
    [found] = [revealed(r.inputs) for r in program.releases if revealed(r.inputs)["name"] == "trino"]
    return found["values"]  # type: ignore[no-any-return]


def files(program: Program) -> dict[str, str]:
    [data] = secrets(program, "trino-passwords").values()
    return data


def test_a_password_is_read_where_its_user_runs_and_nowhere_else() -> None:
    program = shape("prod")
    assert {client.name for client in CLIENTS} == set(READERS)
    for user, spaces in READERS.items():
        found = secrets(program, f"trino-{user}")
        assert set(found) == spaces
        assert all(data["username"] == user for data in found.values())


def test_the_server_knows_every_password_by_its_hash_alone() -> None:
    program = shape("prod")
    lines = dict(line.split(":", 1) for line in files(program)["password.db"].splitlines())
    assert set(lines) == set(READERS)
    salts = set()
    for user, line in lines.items():
        iterations, salt, key = line.split(":")
        [data] = secrets(program, f"trino-{user}").values()
        made = hashlib.pbkdf2_hmac("sha1", data["password"].encode(), bytes.fromhex(salt), int(iterations), dklen=32)
        assert made.hex() == key
        assert data["password"] not in files(program)["password.db"]
        salts.add(salt)
    assert len(salts) == len(lines)


def test_users_have_the_groups_of_their_roles() -> None:
    lines = (line.split(":") for line in files(shape("prod"))["group.db"].splitlines())
    members = {user: group for group, users in lines for user in users.split(",")}
    # Prometheus' user is in no group: it reads what the server says about itself.
    assert members == ROLES


def test_people_have_their_roles_and_companies() -> None:
    people = {"ada": {"role": "finance", "companies": [3, 1]}, "bob": {"role": "hr"}}
    program = run_program(stack_config("prod", people=people), stack="prod")
    lines = (line.split(":") for line in files(program)["group.db"].splitlines())
    members = {user: group for group, users in lines for user in users.split(",")}
    assert members == {**ROLES, "ada": "finance-companies-1-3", "bob": "hr"}
    for name in people:
        assert set(secrets(program, f"trino-user-{name}")) == {"lake-trino"}
        assert f"trino-user-{name}" in program.outputs["secretNames"]
    rules = json.loads(values(program)["accessControl"]["rules"]["rules.json"])["tables"]
    limited = [rule for rule in rules if rule.get("group") == "finance\\-companies\\-1\\-3"]
    assert limited
    assert {rule["filter"] for rule in limited} == {"company_id is null or company_id in (1, 3)"}


def test_superset_asks_for_its_readers_but_never_as_who_builds_or_administers() -> None:
    rules = json.loads(values(shape("prod"))["accessControl"]["rules"]["rules.json"])["impersonation"]

    def may(original: str, new: str) -> bool:
        for rule in rules:
            if rule.get("original_user", original) == original and rule["new_user"] in {new, ".*"}:
                return bool(rule["allow"])
        return False

    assert may("superset", "alice")
    assert not may("superset", "admin")
    assert not may("superset", "dbt")
    assert not may("datahub", "alice")


def test_the_certificate_has_the_name_that_clients_use_and_an_authority_that_they_know() -> None:
    program = shape("staging")
    assert program.outputs["addresses"]["trino"] == f"https://{HOST}:8443"
    server = program.named("Certificate", "trino-tls").manifest["spec"]
    assert {HOST, "localhost"} <= set(server["dnsNames"])
    trusted = {
        r.metadata["namespace"]: r.manifest["spec"]
        for r in program.of("Certificate")
        if r.metadata["name"] == "trino-authority"
    }
    assert set(trusted) == set().union(*READERS.values()) - {"lake-trino"}
    assert {spec["issuerRef"]["name"] for spec in (server, *trusted.values())} == {"lakehouse-authority"}
    authority = program.named("Certificate", "lakehouse-authority").manifest["spec"]
    issuer = program.named("ClusterIssuer", "lakehouse-authority").manifest["spec"]
    assert authority["isCA"]
    assert issuer["ca"]["secretName"] == authority["secretName"]


def test_the_mounted_key_file_is_the_one_that_the_server_reads() -> None:
    program = shape("prod")
    [mount] = values(program)["coordinator"]["secretMounts"]
    assert mount["secretName"] == program.named("Certificate", "trino-tls").manifest["spec"]["secretName"]
    path = values(program)["server"]["config"]["https"]["keystore"]["path"]
    # cert-manager's name for key and certificate in one file.
    assert path == f"{mount['path']}/tls-combined.pem"
    formats = program.named("Certificate", "trino-tls").manifest["spec"]["additionalOutputFormats"]
    assert formats == [{"type": "CombinedPEM"}]


@pytest.mark.parametrize(("stack", "connector"), [("staging", "delta_lake"), ("staging-iceberg", "iceberg")])
def test_the_lake_has_the_chosen_table_format(stack: str, connector: str) -> None:
    assert f"connector.name={connector}\n" in values(shape(stack))["catalogs"]["lake"]


def test_catalogs_name_the_metastore_and_the_store_of_the_stack() -> None:
    program = shape("staging-external-store")
    for catalog in ("bronze", "lake"):
        text = values(program)["catalogs"][catalog]
        assert "hive.metastore.uri=thrift://metastore.lake-metastore.svc.cluster.local:9083\n" in text
        assert "s3.endpoint=https://s3.example.internal\n" in text


def test_nodes_roll_when_their_secrets_are_renewed_and_not_for_a_login() -> None:
    def annotations(**generations: int) -> Any:
        renewed = {name.replace("_", "-"): generation for name, generation in generations.items()}
        program = run_program(stack_config("prod", secretGeneration=renewed), stack="prod")
        return [values(program)[part]["annotations"] for part in ("coordinator", "worker")]

    before = annotations()
    assert annotations(trino_dbt=2) == before
    for name in ("trino_internal", "minio_trino"):
        after = annotations(**{name: 2})
        assert all(new != old for new, old in zip(after, before, strict=True))


def test_a_login_can_be_renewed_alone() -> None:
    program = run_program(stack_config("prod", secretGeneration={"trino-dbt": 2}), stack="prod")
    keepers = {r.name: r.manifest["keepers"] for r in program.of("RandomPassword")}
    before = {r.name: r.manifest["keepers"] for r in shape("prod").of("RandomPassword")}
    assert {name for name in keepers if keepers[name] != before[name]} == {"trino-dbt"}


def test_an_existing_cert_manager_keeps_the_authority_where_it_is_told() -> None:
    assert shape("prod").named("Certificate", "lakehouse-authority").metadata["namespace"] == "lake-system"
    changes = {"certManager": "existing", "certManagerNamespace": "security"}
    program = run_program(stack_config("staging", **changes), stack="staging")
    assert program.named("Certificate", "lakehouse-authority").metadata["namespace"] == "security"


def test_people_may_log_in_by_the_identity_provider() -> None:
    program = shape("staging-oidc")
    given = values(program)
    assert given["server"]["config"]["authenticationType"] == "PASSWORD,OAUTH2"
    lines = given["server"]["coordinatorExtraConfig"].splitlines()
    prefix = "http-server.authentication.oauth2"
    assert f"{prefix}.issuer=https://login.example.com/realms/company" in lines
    assert f"{prefix}.client-secret=${{ENV:OIDC_CLIENT_SECRET}}" in lines
    assert f"{prefix}.user-mapping.pattern=(eva[.]smith)" in lines, "no other account is anybody here"
    assert "http-server.process-forwarded=true" in lines, "the way back has the name under the domain"
    [entry] = [entry for entry in given["env"] if entry["name"] == "OIDC_CLIENT_SECRET"]
    source = entry["valueFrom"]["secretKeyRef"]
    secret = program.named("Secret", source["name"], "lake-trino")
    assert secret.manifest["stringData"] == {source["key"]: "canary-oidc"}
    assert values(shape("staging"))["server"]["config"]["authenticationType"] == "PASSWORD"


def test_the_coordinator_alone_reaches_the_identity_provider() -> None:
    rules = [
        (policy.metadata["namespace"], policy.manifest["spec"]["podSelector"]["matchLabels"], rule["ports"])
        for policy in shape("staging-oidc").of("NetworkPolicy")
        for rule in policy.manifest["spec"].get("egress", ())
        if "203.0.113.7/32" in str(rule)
    ]
    [(namespace, labels, ports)] = rules
    assert namespace == "lake-trino"
    assert labels["app.kubernetes.io/component"] == "coordinator"
    assert [port["port"] for port in ports] == [443]


def test_images_come_from_the_mirror() -> None:
    program = run_program(
        stack_config("prod", imageRegistry="mirror.example.internal", chartDirectory=chart_folder()), stack="prod"
    )
    assert values(program)["image"]["registry"] == "mirror.example.internal"
    for kind in ("Deployment", "Job"):
        [found] = [r for r in program.of(kind) if r.metadata.get("namespace") == "lake-metastore"]
        pod = found.manifest["spec"]["template"]["spec"]
        images = [container["image"] for container in (*pod["initContainers"], *pod["containers"])]
        assert all(image.startswith("mirror.example.internal/") for image in images)


def test_lightweight_has_none_of_it() -> None:
    names = [r.name for r in shape("dev").resources]
    assert not [name for name in names if name.startswith(("trino", "metastore", "lakehouse-authority"))]
