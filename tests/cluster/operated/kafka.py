"""Strimzi: the brokers of a node pool, the entity operator, bootstrap services and certificates."""

from __future__ import annotations

from collections.abc import Iterator

from tests.cluster.control_plane import Api, Object
from tests.cluster.operated.parts import (
    claim,
    condition,
    container,
    disruption_budget,
    pod_spec,
    secret,
    service,
    stateful_set,
)

CLUSTER = "strimzi.io/cluster"
LISTENERS = {"plain": 9092, "tls": 9093, "replication": 9091, "control-plane": 9090}


def node_pool(_: Api, resource: Object) -> Iterator[Object]:
    """The brokers of a pool."""
    owner, spec = resource["metadata"]["labels"][CLUSTER], resource["spec"]
    name = f"{owner}-{resource['metadata']['name']}"
    labels = {CLUSTER: owner, "strimzi.io/kind": "Kafka", "strimzi.io/name": f"{owner}-kafka"}
    labels["strimzi.io/pool-name"] = resource["metadata"]["name"]
    template = spec.get("template", {}).get("pod", {})
    temporary = {"name": "strimzi-tmp", "emptyDir": {"sizeLimit": template.get("tmpDirSizeLimit", "5Mi")}}
    ports = [{"name": listener, "containerPort": port} for listener, port in LISTENERS.items()]
    claims = [claim(f"data-{i}", size, kind) for i, (size, kind) in enumerate(_volumes(spec["storage"]))]
    mounts = [{"name": item["metadata"]["name"], "mountPath": f"/var/lib/{i}"} for i, item in enumerate(claims)]
    broker = container("kafka", spec.get("resources"), ports=ports, volumeMounts=mounts)
    pod = pod_spec([broker], volumes=[temporary], security=template.get("securityContext"))
    yield stateful_set(name, labels, pod, replicas=spec["replicas"], claims=claims)


def cluster(api: Api, resource: Object) -> Iterator[Object]:
    """What a Kafka has beside its brokers."""
    name, namespace = resource["metadata"]["name"], resource["metadata"]["namespace"]
    labels = {CLUSTER: name, "strimzi.io/kind": "Kafka", "strimzi.io/name": f"{name}-kafka"}
    yield service(f"{name}-kafka-bootstrap", labels, LISTENERS)
    yield service(f"{name}-kafka-brokers", labels, LISTENERS)
    yield secret(f"{name}-cluster-ca-cert", "ca.crt", "ca.p12", "ca.password")
    yield secret(f"{name}-clients-ca-cert", "ca.crt", "ca.p12", "ca.password")
    yield disruption_budget(f"{name}-kafka", labels, maxUnavailable=1)
    entity = resource["spec"].get("entityOperator")
    if entity:
        yield _entity_operator(name, entity)
    brokers = api.list("apps/v1", "StatefulSet", namespace, f"{CLUSTER}={name}")
    if brokers and all(item.get("status", {}).get("readyReplicas") for item in brokers):
        api.patch(resource, {"status": {"conditions": [condition("Ready")]}}, "status")


def topic(api: Api, resource: Object) -> Iterator[Object]:
    """A topic exists at once."""
    api.patch(resource, {"status": {"conditions": [condition("Ready")]}}, "status")
    yield from ()


def _entity_operator(name: str, entity: Object) -> Object:
    labels = {CLUSTER: name, "strimzi.io/kind": "Kafka", "strimzi.io/name": f"{name}-entity-operator"}
    parts = [(key, entity[key]) for key in ("topicOperator", "userOperator") if key in entity]
    containers = [container(key.lower(), part.get("resources")) for key, part in parts]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"{name}-entity-operator", "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod_spec(containers)},
        },
    }


def _volumes(storage: Object) -> list[tuple[str, str | None]]:
    volumes = storage.get("volumes", [storage])
    return [(volume["size"], volume.get("class")) for volume in volumes if volume["type"] == "persistent-claim"]
