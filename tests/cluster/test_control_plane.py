"""What the tests of this tier rely on is enforced by the API server and its controllers, not assumed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.control_plane import STORAGE_CLASS, ControlPlane, Object, Refused, wait_until
from tests.cluster.control_plane.server import VOLUMES

pytestmark = pytest.mark.cluster
IMAGE = "registry.invalid/server:1"


def workload(kind: str, namespace: str, *, replicas: int, memory: str = "64Mi", claims: bool = False) -> Object:
    labels = {"app": kind.lower()}
    resources = {"requests": {"cpu": "10m", "memory": memory}, "limits": {"memory": memory}}
    containers = [{"name": "server", "image": IMAGE, "resources": resources}]
    spec: Object = {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }
    if kind == "StatefulSet":
        spec["serviceName"] = "server"
    if claims:
        claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        spec["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": kind.lower(), "namespace": namespace},
        "spec": spec,
    }


def ready_replicas(cluster: ControlPlane, item: Object) -> int:
    status = cluster.api.get(item).get("status", {})
    count: int = status.get("readyReplicas", 0)
    return count


def wait_until_counted(cluster: ControlPlane, quota: Object) -> None:
    wait_until("the quota counts", lambda: "used" in cluster.api.get(quota).get("status", {}))


def bare_pod(namespace: str, **spec: object) -> Object:
    metadata: Object = {"name": "pod", "namespace": namespace}
    containers = [{"name": "server", "image": IMAGE}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers, **spec}}


def test_deployment_becomes_ready_on_simulated_nodes(cluster: ControlPlane, namespace: str) -> None:
    item = cluster.api.create(workload("Deployment", namespace, replicas=3))
    wait_until("3 pods are ready", lambda: ready_replicas(cluster, item) == 3)
    pods = cluster.api.list("v1", "Pod", namespace)
    assert {pod["status"]["phase"] for pod in pods} == {"Running"}
    assert all(pod["spec"]["nodeName"].startswith("node-") for pod in pods)


def test_stateful_set_gets_volumes_of_the_storage_class(cluster: ControlPlane, namespace: str) -> None:
    item = cluster.api.create(workload("StatefulSet", namespace, replicas=2, claims=True))
    wait_until("2 pods are ready", lambda: ready_replicas(cluster, item) == 2)
    claims = cluster.api.list("v1", "PersistentVolumeClaim", namespace)
    assert {claim["metadata"]["name"] for claim in claims} == {"data-statefulset-0", "data-statefulset-1"}
    assert {(claim["spec"]["storageClassName"], claim["status"]["phase"]) for claim in claims} == {
        (STORAGE_CLASS, "Bound")
    }


def test_job_completes_and_a_bare_run_once_pod_ends(cluster: ControlPlane, namespace: str) -> None:
    pod_spec = bare_pod(namespace, restartPolicy="Never")["spec"]
    job: Object = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "job", "namespace": namespace}}
    job["spec"] = {"template": {"spec": pod_spec}}
    cluster.api.create(job)
    pod = cluster.api.create(bare_pod(namespace, restartPolicy="Never"))
    wait_until("the Job is complete", lambda: cluster.api.get(job)["status"].get("succeeded") == 1)
    wait_until("the pod has ended", lambda: cluster.api.get(pod)["status"]["phase"] == "Succeeded")


def test_quota_holds_back_the_pod_that_does_not_fit(cluster: ControlPlane, namespace: str) -> None:
    quota: Object = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "row", "namespace": namespace}}
    quota["spec"] = {"hard": {"limits.memory": "200Mi"}}
    cluster.api.create(quota)
    wait_until_counted(cluster, quota)
    with pytest.raises(Refused, match=r"must specify limits\.memory"):
        cluster.api.create(bare_pod(namespace))
    item = cluster.api.create(workload("Deployment", namespace, replicas=4, memory="64Mi"))

    def refused_replicas() -> bool:
        conditions = cluster.api.get(item).get("status", {}).get("conditions", [])
        return any(c["type"] == "ReplicaFailure" and "exceeded quota" in c["message"] for c in conditions)

    wait_until("a replica is refused", refused_replicas)
    wait_until("the others are ready", lambda: ready_replicas(cluster, item) == 3)


def test_quotas_of_two_priority_classes_count_separately(cluster: ControlPlane, namespace: str) -> None:
    priority: Object = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": 1}
    cluster.api.create({**priority, "metadata": {"name": f"{namespace}-run"}})
    for name, operator in (("runs", "In"), ("rest", "NotIn")):
        expression = {"scopeName": "PriorityClass", "operator": operator, "values": [f"{namespace}-run"]}
        quota: Object = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}}
        quota["metadata"]["namespace"] = namespace
        quota["spec"] = {"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [expression]}}
        cluster.api.create(quota)
        wait_until_counted(cluster, quota)
    cluster.api.create(bare_pod(namespace))
    run = bare_pod(namespace, priorityClassName=f"{namespace}-run")
    run["metadata"]["name"] = "run"
    cluster.api.create(run)
    run["metadata"]["name"] = "second-run"
    with pytest.raises(Refused, match="exceeded quota: runs"):
        cluster.api.create(run)


def test_pod_security_refuses_a_privileged_pod(cluster: ControlPlane, namespace: str) -> None:
    own: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    cluster.api.patch(own, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}})
    with pytest.raises(Refused, match="violates PodSecurity"):
        cluster.api.create(bare_pod(namespace))
    secured = bare_pod(namespace, securityContext={"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}})
    container = secured["spec"]["containers"][0]
    container["securityContext"] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    cluster.api.create(secured)


def test_disruption_budget_refuses_the_second_eviction(cluster: ControlPlane, namespace: str) -> None:
    item = cluster.api.create(workload("Deployment", namespace, replicas=2))
    budget: Object = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "server"}}
    budget["metadata"]["namespace"] = namespace
    budget["spec"] = {"minAvailable": 2, "selector": {"matchLabels": {"app": "deployment"}}}
    cluster.api.create(budget)
    wait_until("2 pods are ready", lambda: ready_replicas(cluster, item) == 2)
    wait_until("the budget counts them", lambda: cluster.api.get(budget)["status"].get("currentHealthy") == 2)
    pod = cluster.api.list("v1", "Pod", namespace)[0]
    with pytest.raises(Refused, match="disruption budget") as refusal:
        cluster.api.evict(pod)
    assert refusal.value.status == 429


def test_unknown_fields_and_kinds_are_refused(cluster: ControlPlane, namespace: str) -> None:
    item = workload("Deployment", namespace, replicas=1)
    item["spec"]["replica"] = 2
    for write in (cluster.api.create, cluster.api.apply):
        with pytest.raises(Refused, match="replica"):
            write(item)
    with pytest.raises(Refused, match="knows no Sprocket"):
        cluster.api.create({"apiVersion": "v1", "kind": "Sprocket", "metadata": {"name": "x"}})


def test_commands_run_in_a_pod_by_kubectl(cluster: ControlPlane, namespace: str) -> None:
    pod = cluster.api.create(bare_pod(namespace))
    wait_until("the pod runs", lambda: cluster.api.get(pod)["status"]["phase"] == "Running")
    assert cluster.kubectl("exec", "pod", "-n", namespace, "--", "echo", "a word") == "a word\n"


def test_nothing_listens_beyond_loopback(cluster: ControlPlane) -> None:
    own = {process.pid for process in cluster.processes.values()}
    sockets: dict[str, str] = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                sockets[f"socket:[{fields[9]}]"] = fields[1].split(":")[0]
    held = {str(link.readlink()) for pid in own for link in Path(f"/proc/{pid}/fd").iterdir() if link.exists()}
    addresses = {address for inode, address in sockets.items() if inode in held}
    assert addresses == {"0100007F"}


START_AND_DIE = """
import os, signal, sys
from pathlib import Path
from tests.cluster.control_plane import control_plane
with control_plane(Path(sys.argv[1]), nodes=1) as cluster:
    print(*(process.pid for process in cluster.processes.values()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_process_outlives_a_killed_session(cluster: ControlPlane, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", START_AND_DIE, str(tmp_path / "plane")]
    killed = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    processes = [Path(f"/proc/{pid}") for pid in killed.stdout.split()]
    assert len(processes) == len(cluster.processes)
    wait_until("every part has ended", lambda: not any(_lives(process) for process in processes), seconds=20)


def _lives(process: Path) -> bool:
    try:
        return process.joinpath("stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


START_AND_STOP = """
import sys
from pathlib import Path
from tests.cluster.control_plane import control_plane, wait_until
from tests.cluster.test_control_plane import ready_replicas, workload
with control_plane(Path(sys.argv[1]), nodes=1) as cluster:
    item = cluster.api.create(workload("StatefulSet", "default", replicas=1, claims=True))
    wait_until("the pod is ready", lambda: ready_replicas(cluster, item) == 1)
    print(cluster.api.list("v1", "PersistentVolume")[0]["spec"]["hostPath"]["path"])
"""


def test_volumes_go_when_the_control_plane_stops(cluster: ControlPlane, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", START_AND_STOP, str(tmp_path / "plane")]
    folder = Path(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.strip())
    assert folder.parent == VOLUMES
    assert not folder.exists()
