"""Who may talk to whom: the deployed policies, evaluated for every pair of pods that really run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.control_plane import Object
from tests.cluster.deployment import Deployment
from tests.cluster.network import Network, ports

SIDE_DOORS = (22, 80, 443, 2379, 6443, 8080, 8443, 10250)
# Every path between namespaces that the platform needs: from, to, port. Everything else has to be refused.
BOTH = {
    ("lake-airbyte", "lake-minio", 9000),
    ("lake-airbyte", "lake-postgres", 5432),
    ("lake-postgres", "lake-minio", 9000),
    ("lake-postgres", "lake-system", 9090),
    ("lake-system", "lake-postgres", 5432),
    ("lake-system", "lake-postgres", 8000),
    ("lake-monitoring", "lake-minio", 9000),
    ("lake-monitoring", "lake-postgres", 5432),
    ("lake-monitoring", "lake-postgres", 9187),
    ("lake-monitoring", "lake-system", 8080),
    ("lake-monitoring", "lake-system", 9402),
}
PATHS = {
    "lightweight": {
        *BOTH,
        ("lake-dbt", "lake-minio", 9000),
        ("lake-dbt", "lake-postgres", 5432),
        ("lake-metabase", "lake-postgres", 5432),
        ("lake-monitoring", "lake-metabase", 9191),
    },
    "production": {
        *BOTH,
        ("lake-dagster", "lake-airbyte", 8001),
        ("lake-dagster", "lake-minio", 9000),
        ("lake-dagster", "lake-postgres", 5432),
        ("lake-dagster", "lake-trino", 8443),
        ("lake-superset", "lake-postgres", 5432),
        ("lake-superset", "lake-trino", 8443),
        ("lake-superset", "lake-valkey", 6379),
        ("lake-datahub", "lake-postgres", 5432),
        ("lake-system", "lake-datahub", 8443),
        ("lake-system", "lake-datahub", 9090),
        ("lake-system", "lake-datahub", 9091),
        ("lake-datahub", "lake-trino", 8443),
        ("lake-metastore", "lake-minio", 9000),
        ("lake-metastore", "lake-postgres", 5432),
        ("lake-monitoring", "lake-datahub", 4319),
        ("lake-trino", "lake-minio", 9000),
        ("lake-trino", "lake-metastore", 9083),
        ("lake-monitoring", "lake-trino", 8443),
        ("lake-trino", "lake-monitoring", 8090),
        ("lake-minio", "lake-monitoring", 8092),
    },
}


def pod(name: str, namespace: str = "here", **labels: str) -> Object:
    containers = [{"name": "c", "ports": [{"name": "web", "containerPort": 80}]}]
    return {"metadata": {"name": name, "namespace": namespace, "labels": labels}, "spec": {"containers": containers}}


def policy(selector: Object, namespace: str = "here", **spec: object) -> Object:
    return {"metadata": {"name": "p", "namespace": namespace}, "spec": {"podSelector": selector, **spec}}


def network(*policies: Object) -> Network:
    return Network(policies, {"here": {"name": "here"}, "there": {"name": "there"}})


A, B, FAR = pod("a", app="a"), pod("b", app="b"), pod("far", "there", app="a")
DENY = policy({}, policyTypes=["Ingress", "Egress"])
FROM_A = [{"podSelector": {"matchLabels": {"app": "a"}}}]
OUT_TO_80 = policy({}, policyTypes=["Egress"], egress=[{"ports": [{"port": 80}]}])


def test_without_policies_everything_is_allowed() -> None:
    assert network().allows(A, B, 80)


def test_a_policy_that_selects_a_pod_denies_what_it_does_not_list() -> None:
    assert not network(DENY).allows(A, B, 80)
    assert network(policy({"matchLabels": {"app": "other"}})).allows(A, B, 80)


def test_both_ends_have_to_agree() -> None:
    into_b = policy({"matchLabels": {"app": "b"}}, ingress=[{"from": FROM_A}])
    assert not network(DENY, into_b).allows(A, B, 80)
    assert not network(DENY, OUT_TO_80).allows(A, B, 80)
    assert network(DENY, OUT_TO_80, into_b).allows(A, B, 80)
    assert not network(DENY, OUT_TO_80, into_b).allows(A, B, 81)


def test_a_pod_selector_alone_means_the_own_namespace() -> None:
    into_b = policy({"matchLabels": {"app": "b"}}, ingress=[{"from": FROM_A}])
    assert network(into_b).allows(A, B, 80)
    assert not network(into_b).allows(FAR, B, 80)
    both = [{"namespaceSelector": {"matchLabels": {"name": "there"}}, **FROM_A[0]}]
    from_there = policy({"matchLabels": {"app": "b"}}, ingress=[{"from": both}])
    assert network(from_there).allows(FAR, B, 80)
    assert not network(from_there).allows(A, B, 80)


def test_named_ports_ranges_and_protocols() -> None:
    def into(port: Object) -> Network:
        return network(policy({"matchLabels": {"app": "b"}}, ingress=[{"ports": [port]}]))

    assert into({"port": "web"}).allows(A, B, 80)
    assert not into({"port": "web"}).allows(A, B, 81)
    assert into({"port": 8000, "endPort": 8010}).allows(A, B, 8010)
    assert not into({"port": 8000, "endPort": 8010}).allows(A, B, 8011)
    assert not into({"port": 53, "protocol": "UDP"}).allows(A, B, 53)


def test_address_blocks_match_addresses_and_never_pods() -> None:
    out = [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]}]
    rules = network(policy({"matchLabels": {"app": "a"}}, policyTypes=["Egress"], egress=out))
    assert rules.allows_out(A, "10.2.0.1", 443)
    assert not rules.allows_out(A, "10.1.0.1", 443)
    assert not rules.allows_out(A, "192.0.2.1", 443)
    assert not rules.allows(A, B, 80)


@pytest.fixture(scope="module")
def policies(deployment: Deployment) -> Network:
    api = deployment.cluster.api
    found = [item for name in deployment.namespaces for item in api.list("networking.k8s.io/v1", "NetworkPolicy", name)]
    labels = {item["metadata"]["name"]: item["metadata"]["labels"] for item in api.list("v1", "Namespace")}
    return Network(found, labels)


def running(deployment: Deployment) -> list[Object]:
    return [item for item in deployment.pods if item["status"]["phase"] == "Running"]


def open_paths(deployment: Deployment, policies: Network) -> Iterator[tuple[str, str, int]]:
    """Every open path from a pod to a declared port, or a port that attackers like, of a pod elsewhere."""
    pods = running(deployment)
    for source in pods:
        for target in pods:
            ends = source["metadata"]["namespace"], target["metadata"]["namespace"]
            if ends[0] != ends[1]:
                tried = sorted({*ports(target), *SIDE_DOORS})
                yield from ((*ends, port) for port in tried if policies.allows(source, target, port))


@pytest.mark.cluster
def test_no_path_between_namespaces_is_open_but_those_that_are_needed(
    deployment: Deployment, policies: Network
) -> None:
    assert set(open_paths(deployment, policies)) - PATHS[deployment.profile] == set()


@pytest.mark.cluster
def test_every_needed_path_is_open_for_some_pods_of_both_ends(deployment: Deployment, policies: Network) -> None:
    occupied = {item["metadata"]["namespace"] for item in running(deployment)}
    needed = {path for path in PATHS[deployment.profile] if {path[0], path[1]} <= occupied}
    assert needed - set(open_paths(deployment, policies)) == set()


@pytest.mark.cluster
def test_every_pod_may_ask_for_names_and_none_may_leave_on_any_other_port(
    deployment: Deployment, policies: Network
) -> None:
    silent = [
        item["metadata"]["name"]
        for item in running(deployment)
        if not policies.allows_out(item, "10.0.0.10", 53, "UDP")
    ]
    assert not silent
    leaks = [item["metadata"]["name"] for item in running(deployment) if policies.allows_out(item, "198.51.100.7", 25)]
    assert not leaks
