"""Do the pods that the API server really admits add up to what the sizing table promises?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lakehouse.budget import Amount, Budget
from tests.cluster import requests
from tests.cluster.control_plane import Object, Refused, wait_until
from tests.cluster.deployment import Deployment
from tests.cluster.operated.parts import CONTAINER_SECURITY, IMAGE, POD_SECURITY
from tests.cluster.requests import MIB, quantity

pytestmark = pytest.mark.cluster
KEEP = "tests/keep-running"
# The user's sizing tables: CPU, memory in GB, storage in GB of each namespace.
ROWS = {
    "lightweight": {
        "lake-minio": (1, 2, 50),
        "lake-airbyte": (2, 4, 20),
        "lake-dbt": (2, 4, 5),
        "lake-metabase": (1, 2, 5),
    },
    "production": {
        "lake-minio": (4, 8, 500),
        "lake-airbyte": (4, 8, 50),
        "lake-dagster": (4, 8, 20),
        "lake-trino": (4, 16, 20),
        "lake-superset": (2, 4, 10),
        "lake-datahub": (4, 8, 50),
    },
}
SUPPORTING = {"lightweight": (2, 5, 40), "production": (5, 12, 150)}


def hard(deployment: Deployment, namespace: str) -> tuple[int, int, int]:
    """CPU in millicores, memory and storage in MiB that the namespace's quotas allow together."""
    cpu = memory = storage = 0
    for quota in deployment.cluster.api.list("v1", "ResourceQuota", namespace):
        limits = quota["status"]["hard"]
        cpu += int(quantity(limits.get("requests.cpu", "0")) * 1000)
        memory += int(quantity(limits.get("limits.memory", "0")) / MIB)
        for key in ("requests.storage", "requests.ephemeral-storage"):
            storage += int(quantity(limits.get(key, "0")) / MIB)
    return cpu, memory, storage


def test_quotas_are_the_rows_of_the_sizing_table(deployment: Deployment) -> None:
    expected = {
        namespace: (cpu * 1000, memory * 1024, storage * 1024)
        for namespace, (cpu, memory, storage) in ROWS[deployment.profile].items()
    }
    assert {namespace: hard(deployment, namespace) for namespace in expected} == expected


def test_supporting_namespaces_stay_within_their_allowance(deployment: Deployment) -> None:
    supporting = [name for name in deployment.namespaces if name not in ROWS[deployment.profile]]
    sums = [sum(values) for values in zip(*(hard(deployment, name) for name in supporting), strict=True)]
    cpu, memory, storage = SUPPORTING[deployment.profile]
    assert sums[0] <= cpu * 1000
    assert sums[1] <= memory * 1024
    assert sums[2] <= storage * 1024


def test_every_namespace_has_its_pods(deployment: Deployment) -> None:
    occupied = {item["metadata"]["namespace"] for item in deployment.templates}
    assert set(deployment.namespaces) - occupied == set()


def test_running_pods_add_up_to_the_computed_steady_sum(deployment: Deployment) -> None:
    wrong = {}
    for name, budget in deployment.budgets.items():
        if not deployment.is_complete(budget.namespace):
            continue
        pods = [pod for pod in deployment.pods if counts_in(pod, budget)]
        if name == "node":
            # One pod on every node, however many the quota provides for.
            nodes = len(deployment.cluster.api.list("v1", "Node"))
            computed = budget.workloads["exporter"].model_copy(update={"replicas": nodes}).amount
        else:
            computed = budget.steady
        counted = requests.of_pods(pods)
        if counted != as_requests(computed):
            wrong[name] = f"pods ask for {counted}, the sizing says {as_requests(computed)}"
    assert not wrong


def test_volumes_add_up_to_the_computed_sum(deployment: Deployment) -> None:
    wrong = {}
    for name, budget in deployment.budgets.items():
        if not deployment.is_complete(budget.namespace) or budget.priority_class:
            continue
        claims = deployment.cluster.api.list("v1", "PersistentVolumeClaim", budget.namespace)
        total = sum(int(quantity(claim["spec"]["resources"]["requests"]["storage"]) / MIB) for claim in claims)
        if total != budget.steady.volume.mib:
            wrong[name] = f"claims ask for {total}Mi, the sizing says {budget.steady.volume.mib}Mi"
    assert not wrong


def test_worst_run_time_pods_fill_each_row_and_no_more_fits(deployment: Deployment) -> None:
    for budget in deployment.budgets.values():
        if budget.run is None or not deployment.is_complete(budget.namespace):
            continue
        with run_pods(deployment, budget, budget.concurrency):
            _, run = budget.run
            one_more = run.amount.excess_over(budget.limit - budget.steady - run.amount * budget.concurrency)
            if one_more:
                with pytest.raises(Refused, match="exceeded quota"), run_pods(deployment, budget, 1):
                    pass


def test_the_largest_job_fits_beside_the_runs(deployment: Deployment) -> None:
    for budget in deployment.budgets.values():
        if budget.run is None or not budget.run[1].beside_upgrade or not deployment.is_complete(budget.namespace):
            continue
        with run_pods(deployment, budget, budget.concurrency):
            for name, job in budget.jobs.items():
                pod = bare_pod(budget, {name: job.amount})
                deployment.cluster.api.create(pod)
                deployment.cluster.api.delete(pod)
                wait_until_gone(deployment, pod)


@contextmanager
def run_pods(deployment: Deployment, budget: Budget, count: int) -> Iterator[None]:
    """As many pods as a product starts at once, at the size that it gives them."""
    assert budget.run is not None
    _, run = budget.run
    pods = [bare_pod(budget, {name: pod.amount for name, pod in run.containers.items()}) for _ in range(count)]
    try:
        for pod in pods:
            deployment.cluster.api.create(pod)
        for pod in pods:
            wait_until_running(deployment, pod)
        yield
    finally:
        for pod in pods:
            deployment.cluster.api.delete(pod)
        for pod in pods:
            wait_until_gone(deployment, pod)


def wait_until_running(deployment: Deployment, pod: Object) -> None:
    wait_until("the pod runs", lambda: deployment.cluster.api.get(pod)["status"]["phase"] == "Running")


def wait_until_gone(deployment: Deployment, pod: Object) -> None:
    wait_until("the pod is gone", lambda: deployment.cluster.api.find(pod) is None)


def bare_pod(budget: Budget, containers: dict[str, Amount]) -> Object:
    metadata: Object = {"namespace": budget.namespace, "name": f"run-{uuid.uuid4().hex[:8]}", "annotations": {KEEP: ""}}
    made = []
    for name, amount in containers.items():
        limits = {"memory": f"{amount.memory.mib}Mi"}
        asked = {"cpu": f"{amount.cpu.millicores}m", **limits}
        if amount.scratch.mib:
            asked["ephemeral-storage"] = limits["ephemeral-storage"] = f"{amount.scratch.mib}Mi"
        size = {"requests": asked, "limits": limits}
        container = {"name": name.lower().replace("_", "-"), "image": IMAGE, "resources": size}
        made.append({**container, "securityContext": CONTAINER_SECURITY})
    spec: Object = {"containers": made, "securityContext": POD_SECURITY, "restartPolicy": "Never"}
    if budget.priority_class:
        spec |= {"priorityClassName": budget.priority_class}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def counts_in(pod: Object, budget: Budget) -> bool:
    if pod["metadata"]["namespace"] != budget.namespace:
        return False
    priority: str | None = pod["spec"].get("priorityClassName")
    return priority == budget.priority_class if budget.priority_class else priority != "lake-run"


def as_requests(amount: Amount) -> requests.Requests:
    return requests.Requests(amount.cpu.millicores, amount.memory.mib, amount.scratch.mib)
