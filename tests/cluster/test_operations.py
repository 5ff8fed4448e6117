"""Do roll-outs, drains and restarts finish on a platform that uses its quotas up?"""

from __future__ import annotations

import time

import pytest

from tests.cluster.control_plane import Object, Refused, describe, wait_until
from tests.cluster.deployment import Deployment
from tests.cluster.test_quotas import run_pods

pytestmark = pytest.mark.cluster
TOO_MANY_REQUESTS = 429
DRAIN_SECONDS = 60


def test_every_workload_rolls_out_anew_inside_its_quota(deployment: Deployment) -> None:
    """All of a namespace at once, as an upgrade of its chart does it."""
    before = {pod["metadata"]["uid"] for pod in deployment.pods if pod["status"]["phase"] == "Running"}
    roll(deployment, deployment.workloads)
    left = [describe(pod) for pod in deployment.pods if pod["metadata"]["uid"] in before]
    assert not left


def test_roll_outs_finish_beside_the_runs_that_go_on(deployment: Deployment) -> None:
    for budget in deployment.budgets.values():
        if budget.run is None or not budget.run[1].beside_upgrade or not deployment.is_complete(budget.namespace):
            continue
        inside = [item for item in deployment.workloads if item["metadata"]["namespace"] == budget.namespace]
        with run_pods(deployment, budget, budget.concurrency):
            roll(deployment, inside)


def test_every_node_drains(deployment: Deployment) -> None:
    """Evictions that a disruption budget refuses are asked for again, as `kubectl drain` does."""
    api = deployment.cluster.api
    for node in api.list("v1", "Node"):
        api.patch(node, {"spec": {"unschedulable": True}})
        try:
            drain(deployment, node["metadata"]["name"])
        finally:
            api.patch(node, {"spec": {"unschedulable": False}})
        deployment.wait_until_settled()


def test_disruption_budgets_hold_for_every_stateful_set_of_several_pods(deployment: Deployment) -> None:
    budgets = [
        item
        for name in deployment.namespaces
        for item in deployment.cluster.api.list("policy/v1", "PodDisruptionBudget", name)
    ]
    sets = [item for item in deployment.workloads if item["kind"] == "StatefulSet" and item["spec"]["replicas"] > 1]
    unguarded = [describe(item) for item in sets if not any(guards(budget, item) for budget in budgets)]
    assert not unguarded


def guards(budget: Object, workload: Object) -> bool:
    if budget["metadata"]["namespace"] != workload["metadata"]["namespace"]:
        return False
    labels: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    wanted = {k: v for k, v in budget["spec"]["selector"]["matchLabels"].items() if k != "cnpg.io/instanceRole"}
    return wanted.items() <= labels.items()


def roll(deployment: Deployment, workloads: list[Object]) -> None:
    stamp = {"metadata": {"annotations": {"tests/rolled": str(time.time_ns())}}}
    for item in workloads:
        deployment.cluster.api.patch(item, {"spec": {"template": stamp}})
    deployment.wait_until_settled(seconds=120)


def drain(deployment: Deployment, node: str) -> None:
    def left() -> list[Object]:
        pods = [pod for pod in deployment.pods if pod["spec"].get("nodeName") == node]
        return [pod for pod in pods if pod["status"]["phase"] == "Running" and not of_daemon_set(pod)]

    def evict() -> bool:
        for pod in left():
            try:
                deployment.cluster.api.evict(pod)
            except Refused as refusal:
                if refusal.status not in {TOO_MANY_REQUESTS, 404}:
                    raise
        return not left()

    wait_until(f"{node} is empty", evict, DRAIN_SECONDS, explain=lambda: [describe(pod) for pod in left()])


def of_daemon_set(pod: Object) -> bool:
    return any(owner["kind"] == "DaemonSet" for owner in pod["metadata"].get("ownerReferences", []))
