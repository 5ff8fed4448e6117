"""CloudNativePG: instances with their bootstrap Jobs, the backup plugin's sidecar, role labels that follow a drain."""

from __future__ import annotations

from collections.abc import Iterator

from tests.cluster.control_plane import Api, Object
from tests.cluster.operated.parts import (
    claim,
    condition,
    container,
    disruption_budget,
    job,
    pod_spec,
    secret,
    service,
    stateful_set,
)

BACKUP_PLUGIN = "barman-cloud.cloudnative-pg.io"
ROLE = "cnpg.io/instanceRole"
PORTS = [{"name": "postgresql", "containerPort": 5432}, {"name": "metrics", "containerPort": 9187}]
PORTS += [{"name": "status", "containerPort": 8000}]


def cluster(api: Api, resource: Object) -> Iterator[Object]:
    """The objects of a Cluster; the first instance is bootstrapped, each further one joins."""
    name, namespace, spec = resource["metadata"]["name"], resource["metadata"]["namespace"], resource["spec"]
    labels = {"cnpg.io/cluster": name, "cnpg.io/podRole": "instance"}
    yield from _secrets(name, spec)
    for suffix in ("rw", "ro", "r"):
        yield service(f"{name}-{suffix}", labels, {"postgres": 5432})
    instances = spec["instances"]
    for number in range(1, instances + 1):
        restored = "recovery" in spec["bootstrap"]
        step = "join" if number > 1 else "full-recovery" if restored else "initdb"
        own = {**labels, "cnpg.io/podRole": step, "cnpg.io/jobRole": step}
        before = [_init(spec), *(_sidecars(api, resource) if restored else ())]
        main = container(step, spec.get("resources"))
        yield _keep(api, namespace, job(f"{name}-{number}-{step}", own, pod_spec([main], initContainers=before)))
        if not _is_done(api, namespace, f"{name}-{number}-{step}"):
            return
        yield stateful_set(name, labels, _instance(api, resource), replicas=number, claims=[_claim(spec)])
    if spec.get("enablePDB", True):
        yield disruption_budget(f"{name}-primary", {**labels, ROLE: "primary"}, minAvailable=1)
    primary = _elect(api, namespace, labels)
    if primary and _ready_instances(api, namespace, name) == instances:
        status = {"instances": instances, "readyInstances": instances, "currentPrimary": primary}
        status |= {"phase": "Cluster in healthy state", "conditions": [condition("Ready", "ClusterIsReady")]}
        api.patch(resource, {"status": status}, "status")


def database(api: Api, resource: Object) -> Iterator[Object]:
    """A Database is applied once its Cluster is ready."""
    own = {"namespace": resource["metadata"]["namespace"], "name": resource["spec"]["cluster"]["name"]}
    found = api.find({"apiVersion": resource["apiVersion"], "kind": "Cluster", "metadata": own})
    if found and found.get("status", {}).get("conditions"):
        api.patch(resource, {"status": {"applied": True}}, "status")
    yield from ()


def _secrets(name: str, spec: Object) -> Iterator[Object]:
    yield secret(f"{name}-ca", "ca.crt", "ca.key")
    yield secret(f"{name}-server", "tls.crt", "tls.key")
    yield secret(f"{name}-replication", "tls.crt", "tls.key")
    [bootstrap] = spec["bootstrap"].values()
    if "secret" not in bootstrap:
        yield secret(f"{name}-app", "username", "password", "dbname", "host", "port", "uri")
    if spec.get("enableSuperuserAccess") and "superuserSecret" not in spec:
        yield secret(f"{name}-superuser", "username", "password")


def _init(spec: Object) -> Object:
    return container("bootstrap-controller", spec.get("resources"))


def _instance(api: Api, resource: Object) -> Object:
    spec = resource["spec"]
    mounts = [{"name": "pgdata", "mountPath": "/var/lib/postgresql/data"}]
    main = container("postgres", spec.get("resources"), volumeMounts=mounts, ports=PORTS)
    init = [_init(spec), *_sidecars(api, resource)]
    return pod_spec([main], initContainers=init, affinity=_spread(resource["metadata"]["name"]))


def _sidecars(api: Api, resource: Object) -> list[Object]:
    """Of every instance, and of the Job that restores the first one."""
    return [
        container("plugin-barman-cloud", _sidecar_size(api, resource, plugin), restartPolicy="Always")
        for plugin in resource["spec"].get("plugins", [])
        if plugin["name"] == BACKUP_PLUGIN and plugin.get("enabled", True)
    ]


def _sidecar_size(api: Api, resource: Object, plugin: Object) -> Object | None:
    own = {"namespace": resource["metadata"]["namespace"], "name": plugin["parameters"]["barmanObjectName"]}
    store = api.get({"apiVersion": "barmancloud.cnpg.io/v1", "kind": "ObjectStore", "metadata": own})
    size: Object | None = store["spec"].get("instanceSidecarConfiguration", {}).get("resources")
    return size


def _spread(name: str) -> Object:
    term = {
        "labelSelector": {"matchLabels": {"cnpg.io/cluster": name, "cnpg.io/podRole": "instance"}},
        "topologyKey": "kubernetes.io/hostname",
    }
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}


def _claim(spec: Object) -> Object:
    return claim("pgdata", spec["storage"]["size"], spec["storage"].get("storageClass"))


def _keep(api: Api, namespace: str, wanted: Object) -> Object:
    """A bootstrap Job runs once; its template cannot change afterwards."""
    wanted["metadata"]["namespace"] = namespace
    found = api.find(wanted)
    if found:
        wanted["spec"] = {"template": {k: v for k, v in found["spec"]["template"].items() if k == "spec"}}
        labels = found["spec"]["template"]["metadata"]["labels"]
        own = {key: value for key, value in labels.items() if key.startswith("cnpg.io/")}
        wanted["spec"]["template"]["metadata"] = {"labels": own}
    return wanted


def _is_done(api: Api, namespace: str, name: str) -> bool:
    found = api.find({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"namespace": namespace, "name": name}})
    return bool(found and found.get("status", {}).get("succeeded"))


def _ready_instances(api: Api, namespace: str, name: str) -> int:
    own = {"namespace": namespace, "name": name}
    found = api.find({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": own})
    ready: int = (found or {}).get("status", {}).get("readyReplicas", 0)
    return ready


def _elect(api: Api, namespace: str, labels: dict[str, str]) -> str | None:
    """The primary moves to another ready instance when its node is cordoned, as the operator does during a drain."""
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    cordoned = {node["metadata"]["name"] for node in api.list("v1", "Node") if node["spec"].get("unschedulable")}
    pods = [pod for pod in api.list("v1", "Pod", namespace, selector) if pod["status"]["phase"] == "Running"]
    pods.sort(key=lambda pod: (pod["spec"].get("nodeName") in cordoned, _role(pod) != "primary"))
    for position, pod in enumerate(pods):
        role = "primary" if position == 0 else "replica"
        if _role(pod) != role:
            api.patch(pod, {"metadata": {"labels": {ROLE: role}}})
    return pods[0]["metadata"]["name"] if pods else None


def _role(pod: Object) -> str | None:
    role: str | None = pod["metadata"]["labels"].get(ROLE)
    return role
