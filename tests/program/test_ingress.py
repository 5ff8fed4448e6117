"""Names for the web interfaces: every product that is there, always TLS, and a login before what has none."""

from __future__ import annotations

from typing import Any

import pytest

from lakehouse.components.ingress import IngressArgs, ingress_annotations, notes
from lakehouse.flows import flows
from lakehouse.network import Elsewhere
from lakehouse.settings import Settings
from lakehouse.settings_reader import load
from lakehouse.site import Site
from lakehouse.web import WEBS, Web, named
from tests.program.conftest import shape
from tests.program.recorder import SECRET_KEYS, Program, encoded, revealed, run_program, stack_config

LOGIN = {"nginx.ingress.kubernetes.io/auth-url": "https://login.example.com/oauth2/auth"}
PLAIN = {"className": "traefik"}


def chosen(stack: str = "prod", **changes: Any) -> Settings:
    return load(encoded(stack_config(stack, **changes)), SECRET_KEYS)


def web(name: str) -> Web:
    return next(one for one in WEBS if one.name == name)


def ingresses(program: Program) -> dict[str, dict[str, Any]]:
    """Host to manifest."""
    return {r.manifest["spec"]["rules"][0]["host"]: r.manifest for r in program.of("Ingress")}


def trino_settings(program: Program) -> str:
    [found] = [revealed(r.inputs) for r in program.releases if revealed(r.inputs)["name"] == "trino"]
    return str(found["values"]["server"]["coordinatorExtraConfig"])


def test_products_have_names_with_tls() -> None:
    program = shape("prod")
    found = ingresses(program)
    assert {"airbyte.lake.example.com", "trino.lake.example.com", "datahub.lake.example.com"} <= set(found)
    secrets = [spec["tls"][0]["secretName"] for spec in (item["spec"] for item in found.values())]
    assert len(set(secrets)) == len(secrets)
    for name, item in found.items():
        assert item["spec"]["tls"][0]["hosts"] == [name]
        assert item["spec"]["ingressClassName"] == "nginx"
        assert item["metadata"]["annotations"]["cert-manager.io/cluster-issuer"] == "letsencrypt"
        assert program.outputs["addresses"][name.partition(".")[0]] == f"https://{name}"


def test_no_name_without_a_domain() -> None:
    program = shape("staging")
    assert program.of("Ingress") == []
    assert program.outputs["addresses"]["trino"].startswith("https://trino.lake-trino.svc.")
    assert not [flow for flow in flows(chosen("staging")) if isinstance(flow.source, Elsewhere)]


def test_every_name_ends_at_a_product_that_is_there() -> None:
    program = shape("prod")
    addresses = set(program.outputs["addresses"])
    assert {item["metadata"]["name"] for item in ingresses(program).values()} == {
        one.name for one in named(chosen()) if one.name in addresses
    }


@pytest.mark.parametrize("one", WEBS, ids=lambda one: one.name)
def test_a_login_stands_before_what_has_none_and_only_there(one: Web) -> None:
    behind = ingress_annotations(one, chosen(ingress={"className": "nginx", "authenticationAnnotations": LOGIN}))
    assert (LOGIN.items() <= behind.items()) is (one.name == "dagster")


def test_without_another_login_dagster_has_no_name_and_the_outputs_say_so() -> None:
    without = chosen(ingress=PLAIN)
    assert "dagster" not in {one.name for one in named(without)}
    assert "dagster" in {one.name for one in named(chosen())}
    told = notes(IngressArgs(site=Site.of(without), settings=without, products={"dagster", "trino"}))
    assert not [name for name in ingresses(run_program(stack_config("prod", ingress=PLAIN))) if "dagster" in name]
    assert any(note.startswith("dagster") and "authenticationAnnotations" in note for note in told)
    assert not any(note.startswith("trino") for note in told)


def test_the_controller_speaks_https_to_trino_alone() -> None:
    backend = {"nginx.ingress.kubernetes.io/backend-protocol": "HTTPS"}
    for name, item in ingresses(shape("prod")).items():
        encrypted = backend.items() <= item["metadata"]["annotations"].items()
        assert encrypted is name.startswith("trino.")
    own = {"className": "other", "httpsBackendAnnotations": {"other/backend": "https"}}
    assert ingress_annotations(web("trino"), chosen(ingress=own))["other/backend"] == "https"


def test_trino_believes_forwarded_headers_only_behind_a_controller() -> None:
    assert "http-server.process-forwarded=true\n" in trino_settings(shape("prod"))
    assert "process-forwarded" not in trino_settings(shape("staging"))


def test_without_an_issuer_the_controller_shows_its_own_certificate() -> None:
    program = run_program(stack_config("prod", ingress=PLAIN), stack="prod")
    for item in ingresses(program).values():
        assert item["spec"]["tls"] == [{"hosts": [item["spec"]["rules"][0]["host"]]}]
    assert any("clusterIssuer is not set" in note for note in program.outputs["notes"])


def test_only_the_controllers_namespace_reaches_the_interfaces_and_the_proofs_of_a_name() -> None:
    own = {"className": "nginx", "clusterIssuer": "acme", "namespace": "edge", "authenticationAnnotations": LOGIN}
    found = [flow for flow in flows(chosen(ingress=own)) if isinstance(flow.source, Elsewhere)]
    assert {flow.source for flow in found} == {Elsewhere("edge")}
    assert {flow.target for flow in found} >= {one.pods for one in WEBS}
    assert {port for flow in found for port in flow.ports} == {one.pod_port for one in WEBS} | {8089}
    program = run_program(stack_config("prod", ingress=own), stack="prod")
    policies = [p.manifest for p in program.of("NetworkPolicy") if p.metadata["namespace"] == "lake-trino"]
    peers = [peer for p in policies for rule in p["spec"].get("ingress", []) for peer in rule["from"]]
    assert {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}}} in peers


def test_airbyte_knows_its_own_name() -> None:
    [release] = [revealed(r.inputs) for r in shape("prod").releases if revealed(r.inputs)["name"] == "airbyte"]
    assert release["values"]["global"]["airbyteUrl"] == "https://airbyte.lake.example.com"


def test_a_small_stack_has_names_too() -> None:
    program = run_program(stack_config("dev", domain="lake.example.com", ingress=PLAIN))
    assert {"airbyte.lake.example.com", "metabase.lake.example.com"} <= set(ingresses(program))
    metabase = web("metabase")
    service = program.named("Service", metabase.service, metabase.namespace).manifest["spec"]
    server = program.named("Deployment", "metabase", metabase.namespace).manifest["spec"]["template"]
    assert [port["port"] for port in service["ports"]] == [metabase.port]
    assert dict(metabase.pods.labels).items() <= server["metadata"]["labels"].items()
    ports = [port["containerPort"] for c in server["spec"]["containers"] for port in c["ports"]]
    assert metabase.pod_port in ports
