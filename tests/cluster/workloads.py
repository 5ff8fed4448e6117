"""When a workload has all its pods, and when a Job has ended."""

from __future__ import annotations

from tests.cluster.control_plane import Object

KINDS = ("Deployment", "StatefulSet", "DaemonSet")


def is_rolled_out(item: Object) -> bool:
    """Whether every pod of a workload is of its newest template and ready."""
    status, spec = item.get("status", {}), item["spec"]
    if status.get("observedGeneration", 0) < item["metadata"]["generation"]:
        return False
    if item["kind"] == "DaemonSet":
        wanted = status["desiredNumberScheduled"]
        return bool(wanted == status.get("updatedNumberScheduled", 0) == status.get("numberReady", 0))
    wanted = spec.get("replicas", 1)
    if item["kind"] == "StatefulSet" and status.get("updateRevision") != status.get("currentRevision"):
        return False
    counts = {status.get(key, 0) for key in ("replicas", "readyReplicas", "updatedReplicas")}
    return counts == {wanted}


def is_done(item: Object) -> bool:
    """Whether a Job or a run-once pod has succeeded."""
    status = item.get("status", {})
    return bool(status.get("phase") == "Succeeded" or status.get("succeeded"))
