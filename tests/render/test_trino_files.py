"""The chart puts the very files into Trino's pods that the test servers load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lakehouse.profile import Profile
from lakehouse.secrets import SecretRef
from lakehouse.settings import TableFormat
from lakehouse.sizing import ProductionSizing, load
from lakehouse.trino_access import access_rules, load_policy, published_tables
from lakehouse.trino_catalogs import LakeServices, bronze_catalog, lake_catalog
from lakehouse.trino_config import (
    coordinator_properties,
    exchange_manager_properties,
    resource_groups,
    worker_properties,
)
from lakehouse.trino_values import TrinoRelease, trino_nodes, trino_values
from lakehouse.values import chart_values
from lakehouse.versions import TRINO
from tests.render.archives import Missing, find
from tests.render.manifests import Rendered, render

PROJECT = Path(__file__).resolve().parents[2]
SERVICES = LakeServices(
    s3_endpoint="http://minio.lake-minio.svc.cluster.local:9000",
    s3_region="us-east-1",
    metastore_uri="thrift://metastore.lake-metastore.svc.cluster.local:9083",
)
POLICY = load_policy(PROJECT)
RULES = access_rules(POLICY, published_tables(PROJECT, POLICY), [])


@pytest.fixture(scope="module")
def sizing() -> ProductionSizing:
    found = load(Profile.PRODUCTION)
    assert isinstance(found, ProductionSizing)
    return found


RECEIVER = "https://query-log.lake-monitoring.svc.cluster.local:8090/"


@pytest.fixture(scope="module")
def rendered(sizing: ProductionSizing) -> Rendered:
    archive = find(TRINO)
    if isinstance(archive, Missing):
        pytest.skip(f"{TRINO.name} {TRINO.version} is {archive.reason}")
    release = TrinoRelease(
        image_tag="480",
        services=SERVICES,
        table_format=TableFormat.DELTA,
        rules=RULES,
        internal=SecretRef("trino-internal"),
        store_keys=SecretRef("minio-trino", 3),
        event_receiver=RECEIVER,
        event_token=SecretRef("query-log-token", 2),
    )
    return render(archive, "trino", "lake-trino", chart_values(TRINO, trino_values(release, sizing.trino)))


def files(rendered: Rendered) -> dict[str, dict[str, str]]:
    """Config map to file name to text."""
    return {item["metadata"]["name"]: item.get("data") or {} for item in rendered.of("ConfigMap")}


def properties(text: str) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    pairs = [(line.split("=", 1)[0], line.split("=", 1)[1]) for line in lines]
    assert len({key for key, _ in pairs}) == len(pairs), "a property is set twice"
    return dict(pairs)


@pytest.mark.parametrize("role", ["coordinator", "worker"])
def test_config_properties_are_the_program_s(rendered: Rendered, sizing: ProductionSizing, role: str) -> None:
    coordinator, worker = trino_nodes(sizing.trino)
    expected = coordinator_properties(coordinator) if role == "coordinator" else worker_properties(worker)
    found = properties(files(rendered)[f"trino-{role}"]["config.properties"])
    # What graceful shutdown adds, from helm-values/trino.yaml.
    assert found.pop("shutdown.grace-period") == "60s"
    if role == "worker":
        # The chart tells workers of the whole query's memory too, and where the coordinator is.
        assert found.pop("query.max-memory") == f"{coordinator.query_memory_mib}MB"
        assert found.pop("discovery.uri") == "http://trino:8080"
        expected.pop("discovery.uri")
    assert found == expected


def test_catalogs_rules_and_resource_groups_are_the_program_s(rendered: Rendered) -> None:
    texts = {name: text for data in files(rendered).values() for name, text in data.items()}
    assert properties(texts["bronze.properties"]) == bronze_catalog(SERVICES)
    assert properties(texts["lake.properties"]) == lake_catalog(SERVICES, TableFormat.DELTA)
    assert {name for name in texts if name.endswith(".properties")} >= {"bronze.properties", "lake.properties"}
    assert not {"tpch.properties", "tpcds.properties"} & set(texts)
    assert json.loads(texts["rules.json"]) == RULES
    assert json.loads(texts["resource-groups.json"]) == resource_groups()


@pytest.mark.parametrize("role", ["coordinator", "worker"])
def test_large_results_have_a_place(rendered: Rendered, role: str) -> None:
    found = properties(files(rendered)[f"trino-{role}"]["exchange-manager.properties"])
    assert found == exchange_manager_properties(SERVICES)


def test_passwords_groups_and_events_have_their_files(rendered: Rendered) -> None:
    texts = files(rendered)["trino-coordinator"]
    authenticator = properties(texts["password-authenticator.properties"])
    assert authenticator["file.password-file"] == "/etc/trino/auth/password/password.db"
    assert properties(texts["group-provider.properties"])["file.group-file"] == "/etc/trino/auth/group/group.db"
    told = properties(texts["event-listener.properties"])
    assert told["event-listener.name"] == "http"
    assert told["http-event-listener.connect-ingest-uri"] == RECEIVER
    assert told["http-event-listener.connect-http-headers"] == "Authorization:Bearer ${ENV:QUERY_LOG_TOKEN}"


def test_the_coordinator_can_read_who_signed_the_receiver_s_certificate_and_its_token(rendered: Rendered) -> None:
    told = properties(files(rendered)["trino-coordinator"]["event-listener.properties"])
    [coordinator] = [pod for pod in rendered.pods if "coordinator" in str(pod)]
    [container] = coordinator.spec["containers"]
    folder, _, file = told["http-event-listener.http-client.trust-store-path"].rpartition("/")
    assert folder in {mount["mountPath"] for mount in container["volumeMounts"]}
    assert file == "ca.crt", "what cert-manager writes beside every certificate"
    [token] = [entry for entry in container["env"] if entry["name"] == "QUERY_LOG_TOKEN"]
    assert token["valueFrom"]["secretKeyRef"] == {"name": "query-log-token", "key": "token"}
    assert coordinator.annotations["lakehouse/secret-generation.query-log-token"] == "2"


def test_no_file_lets_anybody_in_over_plain_http(rendered: Rendered) -> None:
    everything = json.dumps(rendered.objects, default=str)
    assert "http-server.authentication.type=PASSWORD" in everything
    assert "allow-insecure-over-http" not in everything


def test_heaps_fit_their_containers(rendered: Rendered, sizing: ProductionSizing) -> None:
    sizes: dict[str, Any] = {"coordinator": sizing.trino.coordinator, "worker": sizing.trino.worker}
    for role, node in zip(("coordinator", "worker"), trino_nodes(sizing.trino), strict=True):
        options = files(rendered)[f"trino-{role}"]["jvm.config"].split()
        assert f"-Xmx{node.heap_mib}M" in options
        assert node.heap_mib + 512 < sizes[role].memory.mib
