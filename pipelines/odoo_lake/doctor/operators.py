"""Operators without their kinds, and the databases that CloudNativePG keeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from odoo_lake.doctor.findings import Finding, Severity, fault_of
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import (
    Object,
    Snapshot,
    changed,
    condition,
    created,
    describe,
    labels_of,
    moment,
    namespace_of,
    status_of,
)

START_GRACE = timedelta(minutes=10)
# The label app.kubernetes.io/name of an operator's Deployment -> a kind that it can't work without.
_KINDS = {
    "cloudnative-pg": "postgresql.cnpg.io/Cluster",
    "plugin-barman-cloud": "barmancloud.cnpg.io/ObjectStore",
    "cert-manager": "cert-manager.io/Certificate",
    "kube-prometheus-stack-prometheus-operator": "monitoring.coreos.com/ServiceMonitor",
    "strimzi-cluster-operator": "kafka.strimzi.io/Kafka",
}

_database = partial(
    fault_of,
    "Cluster",
    remedy="Follow the page; the operator heals by itself once its cause (pod, volume, store) is gone.",
)


@diagnosis
def definitions(snapshot: Snapshot) -> Iterator[Finding]:
    """Operators that run while the cluster does not know their kinds."""
    if snapshot.kinds is None:
        return
    for deployment in snapshot.platform("Deployment"):
        kind = _KINDS.get(labels_of(deployment).get("app.kubernetes.io/name", ""))
        if kind and kind not in snapshot.kinds:
            group, _, name = kind.partition("/")
            yield Finding(
                severity=Severity.CRITICAL,
                fault="crd-absent",
                object=f"CustomResourceDefinition {name} of {group}",
                since=created(deployment),
                what=f"the cluster does not know the kind {name}",
                why=f"{describe('Deployment', deployment)} needs its definition, which is not there",
                remedy="Deploy the operator's chart again; a deleted definition took its objects with it.",
                runbook="procedures/stuck-deployment.md",
            )


@diagnosis
def postgres(snapshot: Snapshot) -> Iterator[Finding]:
    """Database clusters that are not whole, or do not archive."""
    for cluster in snapshot.platform("Cluster"):
        status, ready = status_of(cluster), condition(cluster, "Ready")
        wanted, have = cluster["spec"].get("instances", 1), status.get("readyInstances", 0)
        since = changed(ready) or created(cluster)
        if (ready.get("status") != "True" or have < wanted) and snapshot.older_than(since, START_GRACE):
            why = (
                f"{have} of {wanted} instances are ready: {status.get('phase') or 'the operator has not looked at it'}"
            )
            if reason := status.get("phaseReason"):
                why += f" ({reason})"
            severity = Severity.WARNING if have else Severity.CRITICAL
            what = "the database cluster is not whole"
            page = "PostgresInstanceDown.md"
            yield _database(
                cluster, "postgres-not-ready", what=what, why=why, since=since, runbook=page, severity=severity
            )
        archiving = condition(cluster, "ContinuousArchiving")
        if archiving.get("status") == "False":
            what, why = "its log is not archived: a restore would lose what is newer", archiving.get("message", "")
            page, since = "PostgresArchivingFailing.md", changed(archiving)
            yield _database(cluster, "archiving-failing", what=what, why=why, since=since, runbook=page)


@diagnosis
def backups(snapshot: Snapshot) -> Iterator[Finding]:
    """Clusters whose newest backup failed."""
    newest: dict[tuple[str, str], Object] = {}
    for backup in snapshot.platform("Backup"):
        key = (namespace_of(backup), backup["spec"].get("cluster", {}).get("name", ""))
        if status_of(backup).get("phase") in ("failed", "completed", "walArchivingFailing") and (
            key not in newest or _time(backup) > _time(newest[key])
        ):
            newest[key] = backup
    for backup in newest.values():
        if status_of(backup)["phase"] != "completed":
            yield Finding(
                severity=Severity.CRITICAL,
                fault="backup-failed",
                object=describe("Backup", backup),
                since=_time(backup),
                what="the newest backup of the database failed",
                why=status_of(backup).get("error") or f"its phase is {status_of(backup)['phase']}",
                remedy="Check the object store and its credential for backups, then start a backup by hand.",
                runbook="PostgresBackupFailed.md",
            )


def _time(backup: Object) -> datetime:
    stopped = moment(status_of(backup).get("stoppedAt")) or created(backup)
    return stopped or datetime.min.replace(tzinfo=UTC)
