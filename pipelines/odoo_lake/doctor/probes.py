"""Containers that run and do not answer their probes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from odoo_lake.doctor.findings import Finding, fault_of
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import (
    Snapshot,
    changed,
    condition,
    first_seen,
    last_seen,
    name_of,
    namespace_of,
    status_of,
)

START_GRACE = timedelta(minutes=5)
PROBE_MEMORY = timedelta(minutes=30)
_probe = partial(
    fault_of,
    "Pod",
    remedy="Read the container's log. A slow start needs a higher `failureThreshold`; a wrong port, its value.",
    runbook="PodRestarting.md",
)


@diagnosis
def probes(snapshot: Snapshot) -> Iterator[Finding]:
    """Containers whose probes fail, from the kubelet's events and the pod's own condition."""
    for pod in snapshot.platform("Pod"):
        if status_of(pod).get("phase") != "Running" or pod["metadata"].get("deletionTimestamp"):
            continue
        events = snapshot.events_about("Pod", namespace_of(pod), name_of(pod))
        failed = [e for e in events if e.get("reason") == "Unhealthy"]
        failed = [e for e in failed if not snapshot.older_than(last_seen(e), PROBE_MEMORY)]
        unready = condition(pod, "Ready")
        up = all(c.get("state", {}).get("running") for c in status_of(pod).get("containerStatuses") or [])
        for event in failed:
            message = event.get("message", "")
            if message.startswith(("Liveness", "Startup")):
                what = "the kubelet restarts a container"
                yield _probe(pod, "liveness-probe-failing", what=what, why=message, since=first_seen(event))
        if unready.get("status") != "False" or not up:
            continue
        readiness = next((e for e in failed if e.get("message", "").startswith("Readiness")), None)
        if readiness:
            what, why = "the pod runs but takes no requests", readiness["message"]
            yield _probe(pod, "readiness-probe-failing", what=what, why=why, since=first_seen(readiness))
        elif snapshot.older_than(changed(unready), START_GRACE):
            why = unready.get("message") or "its Ready condition is False and no event says why"
            what = "the pod runs but is not ready"
            yield _probe(pod, "readiness-probe-failing", what=what, why=why, since=changed(unready))
