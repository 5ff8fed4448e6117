"""Nodes that are down or in want, namespaces that do not go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from odoo_lake.doctor.findings import Finding, Severity, fault_of
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import (
    PLATFORM_PREFIX,
    Snapshot,
    changed,
    condition,
    created,
    describe,
    moment,
    name_of,
    status_of,
)

GOING_GRACE = timedelta(minutes=5)
_node = partial(fault_of, "Node", runbook="procedures/drain-a-node.md")
_warning = partial(_node, severity=Severity.WARNING)
_WANTS = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")


@diagnosis
def nodes(snapshot: Snapshot) -> Iterator[Finding]:
    """Nodes that are not ready, short of something, or closed to new pods."""
    for node in snapshot.everywhere("Node"):
        ready = condition(node, "Ready")
        remedy = f"Look at `kubectl describe node {name_of(node)}`; heal it; `kubectl uncordon` after a drain."
        if ready.get("status") != "True":
            why = f"{ready.get('reason')}: {ready.get('message')}" if ready else "its kubelet has never reported"
            what, since = "the node does not answer", changed(ready) or created(node)
            yield _node(node, "node-not-ready", what=what, why=why, since=since, remedy=remedy)
        for want in _WANTS:
            found = condition(node, want)
            if found.get("status") == "True":
                why = f"{want}: {found.get('message')}"
                what = "the node is in want and may throw pods out"
                yield _warning(node, "node-pressure", what=what, why=why, since=changed(found), remedy=remedy)
        if node["spec"].get("unschedulable"):
            taints = [t for t in node["spec"].get("taints") or [] if t["key"] == "node.kubernetes.io/unschedulable"]
            since = moment(taints[0].get("timeAdded")) if taints else None
            what, why = "the node takes no new pods", "somebody cordoned it, or its drain is not over"
            yield _warning(node, "node-cordoned", what=what, why=why, since=since, remedy=remedy)


@diagnosis
def namespaces(snapshot: Snapshot) -> Iterator[Finding]:
    """Namespaces that are deleted and stay."""
    for item in snapshot.everywhere("Namespace"):
        going = moment(item["metadata"].get("deletionTimestamp"))
        if not name_of(item).startswith(PLATFORM_PREFIX) or not snapshot.older_than(going, GOING_GRACE):
            continue
        held = [c for c in status_of(item).get("conditions") or [] if c.get("status") == "True"]
        why = "; ".join(c.get("message", "") for c in held) or "its finalizers are not done"
        yield Finding(
            severity=Severity.CRITICAL,
            fault="namespace-stuck",
            object=describe("Namespace", item),
            since=going,
            what="the namespace is deleted but does not go; nothing can be deployed into it",
            why=why,
            remedy="Bring back the operator whose finalizer is named: it cleans up.",
            runbook="procedures/stuck-deployment.md",
        )
