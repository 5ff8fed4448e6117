"""Claims without a volume, and volumes that fill up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from odoo_lake.doctor.findings import Finding, Severity, fault_of
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import (
    Object,
    Snapshot,
    created,
    describe,
    describe_name,
    first_seen,
    name_of,
    namespace_of,
    status_of,
)

BIND_GRACE = timedelta(minutes=2)
WARNING_SHARE, CRITICAL_SHARE = 0.8, 0.9
_claim = partial(
    fault_of,
    "PersistentVolumeClaim",
    what="the claim gets no volume",
    remedy="Set `lakehouse:storageClass` to one of `kubectl get storageclass` and see that its provisioner runs.",
    runbook="PodPending.md",
)
_DEFAULT = "storageclass.kubernetes.io/is-default-class"


@diagnosis
def claims(snapshot: Snapshot) -> Iterator[Finding]:
    """Claims that are not bound, with the reason."""
    classes = {name_of(item): item for item in snapshot.everywhere("StorageClass")}
    used = {key for pod in snapshot.platform("Pod") for key in _claims_of(pod)}
    for claim in snapshot.platform("PersistentVolumeClaim"):
        phase, wanted = status_of(claim).get("phase"), claim["spec"].get("storageClassName")
        has_default = any((c["metadata"].get("annotations") or {}).get(_DEFAULT) == "true" for c in classes.values())
        events = snapshot.events_about("PersistentVolumeClaim", namespace_of(claim), name_of(claim))
        failed = next((e for e in events if e.get("reason") == "ProvisioningFailed"), None)
        if phase == "Lost":
            yield _claim(
                claim,
                "claim-lost",
                what="its volume is gone",
                why="the PersistentVolume it was bound to is deleted",
                since=created(claim),
                remedy="Restore from the backup.",
                runbook="procedures/restore-postgresql.md",
            )
        elif phase != "Pending":
            continue
        elif wanted and wanted not in classes and snapshot.has_read("StorageClass"):
            why = f"the cluster has no storage class {wanted}; it has {', '.join(sorted(classes)) or 'none'}"
            yield _claim(claim, "storage-class-unknown", why=why, since=created(claim))
        elif wanted is None and not has_default and snapshot.has_read("StorageClass"):
            why = "it names no storage class and the cluster has no default one"
            yield _claim(claim, "storage-class-unknown", why=why, since=created(claim))
        elif failed:
            yield _claim(claim, "claim-pending", why=failed["message"], since=created(claim))
        elif (namespace_of(claim), name_of(claim)) in used and snapshot.older_than(created(claim), BIND_GRACE):
            why = "its provisioner does not answer" if not events else events[0].get("message", "")
            yield _claim(claim, "claim-pending", why=why, since=created(claim))


def _claims_of(pod: Object) -> Iterator[tuple[str, str]]:
    for volume in pod["spec"].get("volumes") or []:
        if "persistentVolumeClaim" in volume:
            yield namespace_of(pod), volume["persistentVolumeClaim"]["claimName"]


@diagnosis
def full_volumes(snapshot: Snapshot) -> Iterator[Finding]:
    """Volumes nearly full, by what the kubelets measure; where they may not be asked, by what pods complain of."""
    for volume in snapshot.volumes:
        share = max(volume.used_share, volume.used_inodes_share)
        if volume.namespace.startswith("lake-") and share >= WARNING_SHARE:
            what = "inodes" if volume.used_inodes_share > volume.used_share else "bytes"
            why = f"{share:.0%} of its {what} are used"
            where = describe_name("PersistentVolumeClaim", volume.namespace, volume.claim)
            yield _full(where, why, Severity.CRITICAL if share >= CRITICAL_SHARE else Severity.WARNING)
    for pod in snapshot.platform("Pod"):
        for event in snapshot.events_about("Pod", namespace_of(pod), name_of(pod)):
            if "no space left on device" in event.get("message", "").lower():
                full = _full(describe("Pod", pod), event["message"], Severity.CRITICAL)
                yield full.model_copy(update={"since": first_seen(event)})
                break


def _full(where: str, why: str, severity: Severity) -> Finding:
    return Finding(
        severity=severity,
        fault="volume-nearly-full",
        object=where,
        since=None,
        what="the volume is nearly full",
        why=why,
        remedy="Make room or enlarge the claim (`sizing/`); a claim never shrinks.",
        runbook="VolumeAlmostFull.md",
    )
