"""Pods that the API server refuses, and rollouts that do not end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from odoo_lake.doctor.findings import Finding, Severity
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import (
    Snapshot,
    changed,
    condition,
    describe,
    describe_name,
    first_seen,
    last_seen,
    name_of,
    namespace_of,
    owner_of,
    status_of,
)

RECENT = timedelta(hours=1)
# Part of the refusal -> fault, what to do, page.
_REFUSALS = {
    "exceeded quota": (
        "quota-exceeded",
        "Wait for the Job or run that fills the row, or correct its sum in `sizing/`.",
        "PodsRefusedByQuota.md",
    ),
    "failed calling webhook": (
        "webhook-failing",
        "Bring the operator behind the webhook back; see its pods and its service.",
        "PodsRefusedByQuota.md",
    ),
    "violates PodSecurity": (
        "pod-security",
        "Give the pod the security context of Pod Security `restricted` in the chart's values.",
        "PodsRefusedByQuota.md",
    ),
}


@diagnosis
def refused_pods(snapshot: Snapshot) -> Iterator[Finding]:
    """Workloads whose pods are refused: the condition of Deployments, the events of the others."""
    for deployment in snapshot.platform("Deployment"):
        failure = condition(deployment, "ReplicaFailure")
        # A missing service account is told by the family of references.
        if failure.get("status") == "True" and "looking up service account" not in failure.get("message", ""):
            yield refusal(describe("Deployment", deployment), failure.get("message", ""), changed(failure))
    for kind in ("StatefulSet", "DaemonSet", "Job"):
        for item in snapshot.platform(kind):
            status, wanted = status_of(item), item["spec"].get("replicas", item["spec"].get("parallelism", 1))
            have = status.get("replicas", status.get("active", 0) + status.get("succeeded", 0))
            if kind != "DaemonSet" and have >= wanted:
                continue
            for event in snapshot.events_about(kind, namespace_of(item), name_of(item)):
                if event.get("reason") == "FailedCreate" and not snapshot.older_than(last_seen(event), RECENT):
                    yield refusal(describe(kind, item), event.get("message", ""), first_seen(event))
                    break


def refusal(where: str, message: str, since: datetime | None) -> Finding:
    """Why the API server refused pods, from its message."""
    fault, remedy, page = next(
        (known for part, known in _REFUSALS.items() if part in message),
        ("pods-refused", "Correct what the message names, then deploy.", "PodsRefusedByQuota.md"),
    )
    return Finding(
        severity=Severity.CRITICAL,
        fault=fault,
        object=where,
        since=since,
        what="its pods are refused",
        why=message,
        remedy=remedy,
        runbook=page,
    )


@diagnosis
def rollouts(snapshot: Snapshot) -> Iterator[Finding]:
    """Deployments whose new version did not come up in time."""
    for deployment in snapshot.platform("Deployment"):
        progress = condition(deployment, "Progressing")
        if progress.get("status") == "False" and progress.get("reason") == "ProgressDeadlineExceeded":
            yield Finding(
                severity=Severity.CRITICAL,
                fault="rollout-stuck",
                object=describe("Deployment", deployment),
                since=changed(progress),
                what="its new version does not come up",
                why=progress.get("message", ""),
                remedy="Look at its newest pods; correct the values and deploy again.",
                runbook="procedures/stuck-deployment.md",
            )


@diagnosis
def disruption_budgets(snapshot: Snapshot) -> Iterator[Finding]:
    """Budgets that never let a pod go, so that no node can be drained; CloudNativePG moves its primary by itself."""
    for budget in snapshot.platform("PodDisruptionBudget"):
        status = status_of(budget)
        selector = (budget["spec"].get("selector") or {}).get("matchLabels") or {}
        if any(key.startswith("cnpg.io/") for key in selector) or owner_of(budget)[0] == "Cluster":
            continue
        healthy, desired = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
        if status.get("expectedPods", 0) > 0 and status.get("disruptionsAllowed") == 0 and healthy <= desired:
            blocked = healthy == status["expectedPods"]
            why = (
                "it asks for all of its pods"
                if blocked
                else f"{healthy} of its {status['expectedPods']} pods are healthy"
            )
            yield Finding(
                severity=Severity.WARNING,
                fault="budget-blocking",
                object=describe_name("PodDisruptionBudget", namespace_of(budget), name_of(budget)),
                since=changed(condition(budget, "DisruptionAllowed")),
                what="no pod may be evicted: a drain of its node waits for ever",
                why=why,
                remedy="Set `maxUnavailable: 1`, or heal the pods that are down.",
                runbook="procedures/drain-a-node.md",
            )
