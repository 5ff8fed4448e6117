"""The query log: who may write it, who may tell it, and that nothing but the owner's Job holds the owner's password."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from lakehouse.flows import flows
from lakehouse.network import Pods
from lakehouse.settings_reader import load
from tests.program.conftest import SHAPES, shape
from tests.program.recorder import SECRET_KEYS, Program, encoded, revealed, run_program, stack_config

RECEIVER = "https://query-log.lake-monitoring.svc.cluster.local:8090/"


def deployment(program: Program) -> dict[str, Any]:
    return program.named("Deployment", "query-log").manifest


def container(program: Program) -> dict[str, Any]:
    [found] = deployment(program)["spec"]["template"]["spec"]["containers"]
    return found  # type: ignore[no-any-return]


def tables_job(program: Program) -> dict[str, Any]:
    [found] = [r.manifest for r in program.of("Job") if r.metadata["name"].startswith("query-log-tables-")]
    return found


def plain(found: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in found["env"] if "value" in entry}


def secrets(found: dict[str, Any]) -> dict[str, str]:
    references = {e["name"]: e["valueFrom"]["secretKeyRef"] for e in found["env"] if "valueFrom" in e}
    return {name: f"{reference['name']}/{reference['key']}" for name, reference in references.items()}


def trino_values(program: Program) -> dict[str, Any]:
    [found] = [revealed(r.inputs) for r in program.releases if revealed(r.inputs)["name"] == "trino"]
    return found["values"]  # type: ignore[no-any-return]


def test_trino_tells_the_receiver_that_is_deployed() -> None:
    program = shape("prod")
    told = dict(line.split("=", 1) for line in trino_values(program)["eventListenerProperties"])
    assert told["http-event-listener.connect-ingest-uri"] == RECEIVER
    service = program.named("Service", "query-log").manifest
    assert (service["metadata"]["name"], service["metadata"]["namespace"]) == ("query-log", "lake-monitoring")
    pods = deployment(program)["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= pods.items()
    ports = {port["name"]: port for port in service["spec"]["ports"]}
    assert ports["events"]["port"] == 8090, "as in the address"
    assert f"--port={ports['events']['targetPort']}" in container(program)["command"]
    names = program.named("Certificate", "query-log-tls").manifest["spec"]["dnsNames"]
    assert RECEIVER.split("/")[2].partition(":")[0] in names


def test_sender_and_receiver_have_the_same_token_and_nobody_else_has_it() -> None:
    program = shape("prod")
    held = [r for r in program.of("Secret") if r.metadata["name"] == "query-log-token"]
    assert {r.metadata["namespace"] for r in held} == {"lake-monitoring", "lake-trino"}
    assert len({json.dumps(revealed(r.inputs)["stringData"]) for r in held}) == 1
    assert secrets(container(program))["ODOO_LAKE_QUERY_LOG_TOKEN"] == "query-log-token/token"
    sent = {e["name"]: e["valueFrom"]["secretKeyRef"] for e in trino_values(program)["env"]}
    assert sent["QUERY_LOG_TOKEN"] == {"name": "query-log-token", "key": "token"}
    assert "query-log-token" in program.outputs["secretNames"]


def test_the_receiver_logs_in_as_who_may_add_rows_and_the_owner_is_elsewhere() -> None:
    program = shape("prod")
    found = container(program)
    assert plain(found)["ODOO_LAKE_OPS"].startswith("postgresql+psycopg://query_log@postgres-rw.lake-postgres.")
    assert secrets(found)["PGPASSWORD"] == "postgres-query-log/password"
    spaces = {
        name: {r.metadata["namespace"] for r in program.of("Secret") if r.metadata["name"] == name}
        for name in ("postgres-query-log", "postgres-lake-ops")
    }
    assert spaces["postgres-query-log"] == {"lake-monitoring", "lake-postgres"}
    assert "lake-monitoring" not in spaces["postgres-lake-ops"]
    [role] = [
        role
        for role in program.named("Cluster", "postgres").manifest["spec"]["managed"]["roles"]
        if role["name"] == "query_log"
    ]
    assert (role["inRoles"], role.get("superuser", False)) == ([], False)
    databases = [r.manifest["spec"] for r in program.of("Database")]
    assert "query_log" not in {spec["owner"] for spec in databases}


def test_the_tables_are_made_by_their_owner_before_anything_is_told() -> None:
    program = shape("prod")
    job = tables_job(program)
    assert job["metadata"]["namespace"] == "lake-postgres"
    [found] = job["spec"]["template"]["spec"]["containers"]
    assert found["command"] == ["odoo-lake", "query-log-tables", "--writer=query_log"]
    assert plain(found)["ODOO_LAKE_OPS"].startswith("postgresql+psycopg://lake_ops@postgres-rw.lake-postgres.")
    assert secrets(found)["PGPASSWORD"] == "postgres-lake-ops/password"
    made = next(r for r in program.of("Job") if r.name == "query-log-tables")
    waited_for = program.named("Deployment", "query-log").dependencies
    assert made.urn in waited_for


def test_a_raised_generation_of_the_token_rolls_both_ends() -> None:
    program = shape("prod")
    annotations = deployment(program)["spec"]["template"]["metadata"]["annotations"]
    key = "lakehouse/secret-generation.query-log-token"
    assert key in annotations
    assert key in trino_values(program)["coordinator"]["annotations"]


def test_without_trino_there_is_no_query_log() -> None:
    program = shape("dev")
    assert not [r for r in program.resources if r.name.startswith("query-log")]


def store_variables(program: Program) -> dict[str, Any]:
    [servers] = [r.manifest for r in program.of("StatefulSet") if r.metadata["name"] == "minio"]
    [found] = servers["spec"]["template"]["spec"]["containers"]
    return found  # type: ignore[no-any-return]


def test_the_object_store_tells_the_receiver_with_a_token_of_its_own() -> None:
    program = shape("prod")
    store, receiver = store_variables(program), container(program)
    told = plain(store)
    assert told["MINIO_AUDIT_WEBHOOK_ENABLE_log"] == "on"
    url = told["MINIO_AUDIT_WEBHOOK_ENDPOINT_log"]
    assert url == "http://query-log.lake-monitoring.svc.cluster.local:8092/"
    assert "--objects-port=8092" in receiver["command"]
    assert 8092 in {port["targetPort"] for port in program.named("Service", "query-log").manifest["spec"]["ports"]}
    # The kubelet expands only what stands before.
    names = [entry["name"] for entry in store["env"]]
    assert told["MINIO_AUDIT_WEBHOOK_AUTH_TOKEN_log"] == "Bearer $(AUDIT_TOKEN)"
    assert names.index("AUDIT_TOKEN") < names.index("MINIO_AUDIT_WEBHOOK_AUTH_TOKEN_log")
    assert secrets(store)["AUDIT_TOKEN"] == secrets(receiver)["ODOO_LAKE_OBJECT_LOG_TOKEN"] == "object-log-token/token"
    held = {r.metadata["namespace"] for r in program.of("Secret") if r.metadata["name"] == "object-log-token"}
    assert held == {"lake-minio", "lake-monitoring"}
    assert "object-log-token" in program.outputs["secretNames"]


def test_a_store_that_is_not_ours_tells_nothing_and_nobody_listens() -> None:
    program = shape("staging-external-store")
    assert not [argument for argument in container(program)["command"] if "objects-port" in argument]
    assert {port["containerPort"] for port in container(program)["ports"]} == {8090, 8091}
    [only] = program.named("Service", "query-log").manifest["spec"]["ports"]
    assert only["port"] == 8090
    assert "ODOO_LAKE_OBJECT_LOG_TOKEN" not in secrets(container(program))
    assert not [r for r in program.of("Secret") if r.metadata["name"] == "object-log-token"]


def test_without_a_receiver_the_object_store_tells_nobody() -> None:
    assert not [name for name in plain(store_variables(shape("dev"))) if name.startswith("MINIO_AUDIT")]
    assert "object-log-token" not in shape("dev").outputs["secretNames"]


def test_a_stack_that_does_not_write_down_who_touches_bronze_says_so() -> None:
    said = {name: " ".join(shape(name).outputs["notes"]) for name in ("prod", "dev", "staging-external-store")}
    assert {name: "who touches bronze" in notes for name, notes in said.items()} == {
        "prod": False,
        "dev": True,
        "staging-external-store": True,
    }


@pytest.mark.parametrize(
    ("name", "tellers"),
    [
        ("prod", {"minio"}),
        ("staging-store-hands-over", {"minio", "minio-second"}),
        ("staging-external-store", set()),
        ("dev", set()),
    ],
)
def test_nobody_but_the_servers_of_our_stores_reaches_the_port(name: str, tellers: set[str]) -> None:
    stack, changes = SHAPES[name]
    allowed = [flow for flow in flows(load(encoded(stack_config(stack, **changes)), SECRET_KEYS)) if 8092 in flow.ports]
    ends = [(flow.source, flow.target) for flow in allowed]
    pods = [(source, target) for source, target in ends if isinstance(source, Pods) and isinstance(target, Pods)]
    assert pods == ends
    found = {(source.namespace, dict(source.labels)["app.kubernetes.io/name"]) for source, _ in pods}
    assert found == {("lake-minio", teller) for teller in tellers}
    assert {target.namespace for _, target in pods} <= {"lake-monitoring"}


def test_both_stores_tell_while_the_lake_moves() -> None:
    program = shape("staging-store-hands-over")
    told = [
        plain(found["spec"]["template"]["spec"]["containers"][0])["MINIO_AUDIT_WEBHOOK_ENDPOINT_log"]
        for found in (r.manifest for r in program.of("StatefulSet"))
        if found["metadata"]["name"].startswith("minio")
    ]
    assert len(told) == 2
    assert len(set(told)) == 1


def test_a_raised_generation_of_the_stores_token_rolls_both_ends() -> None:
    key = "lakehouse/secret-generation.object-log-token"
    program = run_program(stack_config("prod", secretGeneration={"object-log-token": 3}), stack="prod")
    pods = [
        program.named(*names).manifest["spec"]["template"]
        for names in (("StatefulSet", "minio"), ("Deployment", "query-log"))
    ]
    assert [pod["metadata"]["annotations"][key] for pod in pods] == ["3", "3"]


def test_the_receivers_counters_go_on_when_its_pod_is_replaced() -> None:
    """Else what the new pod was told before it is first read would look as if it were missing."""
    program = shape("prod")
    [dropped] = program.named("PodMonitor", "query-log").manifest["spec"]["podMetricsEndpoints"][0]["metricRelabelings"]
    assert dropped["action"] == "labeldrop"
    assert all(re.fullmatch(dropped["regex"], label) for label in ("pod", "instance"))
    assert not any(re.fullmatch(dropped["regex"], label) for label in ("job", "sender", "outcome"))
    spec = deployment(program)["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate"), "two would be one series"
