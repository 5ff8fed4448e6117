"""prometheus-operator: servers with the configuration reloader beside them, sized by the operator's own flags."""

from __future__ import annotations

from collections.abc import Iterator

from tests.cluster.control_plane import Api, Object
from tests.cluster.operated.parts import CONTAINER_SECURITY, IMAGE, condition, container, pod_spec, secret, service
from tests.cluster.operated.parts import stateful_set as new_stateful_set

RELOADER_FLAGS = {
    "--config-reloader-cpu-request": ("requests", "cpu"),
    "--config-reloader-memory-request": ("requests", "memory"),
    "--config-reloader-cpu-limit": ("limits", "cpu"),
    "--config-reloader-memory-limit": ("limits", "memory"),
}


def server(api: Api, resource: Object) -> Iterator[Object]:
    """The pods of a Prometheus."""
    name = resource["metadata"]["name"]
    yield secret(f"prometheus-{name}", "prometheus.yaml.gz")
    yield secret(f"prometheus-{name}-web-config", "web-config.yaml")
    yield service("prometheus-operated", {"app.kubernetes.io/name": "prometheus"}, {"web": 9090})
    yield from _pods(api, resource, "prometheus", 9090)


def alertmanager(api: Api, resource: Object) -> Iterator[Object]:
    """The pods of an Alertmanager."""
    name = resource["metadata"]["name"]
    yield secret(f"alertmanager-{name}-generated", "alertmanager.yaml.gz")
    yield service("alertmanager-operated", {"app.kubernetes.io/name": "alertmanager"}, {"web": 9093})
    yield from _pods(api, resource, "alertmanager", 9093)


def _pods(api: Api, resource: Object, product: str, port: int) -> Iterator[Object]:
    name, namespace, spec = resource["metadata"]["name"], resource["metadata"]["namespace"], resource["spec"]
    labels = {"app.kubernetes.io/name": product, "app.kubernetes.io/instance": name, product: name}
    labels |= spec.get("podMetadata", {}).get("labels", {})
    reloader = _reloader_size(api, namespace)
    main = container(product, spec.get("resources"), ports=[{"name": "web", "containerPort": port}])
    containers = _merged([main, container("config-reloader", reloader)], spec.get("containers", []))
    init = _merged([container("init-config-reloader", reloader)], spec.get("initContainers", []))
    pod = pod_spec(containers, initContainers=init, security=spec.get("securityContext"))
    for key in ("priorityClassName", "tolerations", "affinity", "topologySpreadConstraints"):
        if spec.get(key):
            pod[key] = spec[key]
    pod["volumes"] = [
        {"name": secret_name, "secret": {"secretName": secret_name}} for secret_name in spec.get("secrets", [])
    ]
    claims = []
    if template := spec.get("storage", {}).get("volumeClaimTemplate"):
        metadata = {"name": f"{product}-{name}-db", "labels": template.get("metadata", {}).get("labels", {})}
        claims = [{"metadata": metadata, "spec": template["spec"]}]
    own = new_stateful_set(f"{product}-{name}", labels, pod, replicas=spec.get("replicas", 1), claims=claims)
    yield own
    own["metadata"]["namespace"] = namespace
    ready = (api.find(own) or {}).get("status", {}).get("readyReplicas", 0)
    if ready == spec.get("replicas", 1):
        status = {"conditions": [condition("Available"), condition("Reconciled")], "paused": False, "replicas": ready}
        status |= {"availableReplicas": ready, "updatedReplicas": ready, "unavailableReplicas": 0}
        api.patch(resource, {"status": status}, "status")


def _merged(made: list[Object], wanted: list[Object]) -> list[Object]:
    """Containers of the resource change the operator's own by name, or are added."""
    merged = {item["name"]: item for item in made}
    for item in wanted:
        base = merged.get(item["name"], {"image": IMAGE, "securityContext": CONTAINER_SECURITY})
        merged[item["name"]] = {**base, **item}
    return list(merged.values())


def _reloader_size(api: Api, namespace: str) -> Object:
    """Requests and limits from the operator's flags; an amount of 0 means none."""
    size: dict[str, dict[str, str]] = {}
    for deployment in api.list("apps/v1", "Deployment", namespace):
        for item in deployment["spec"]["template"]["spec"]["containers"]:
            for argument in item.get("args", []):
                flag, _, amount = argument.partition("=")
                if flag in RELOADER_FLAGS and amount not in {"", "0"}:
                    group, dimension = RELOADER_FLAGS[flag]
                    size.setdefault(group, {})[dimension] = amount
    return size
