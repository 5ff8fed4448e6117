"""What workloads refer to and does not exist: secrets, ConfigMaps, pull secrets, service accounts, claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from odoo_lake.doctor.findings import Finding, Severity
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import (
    Object,
    Snapshot,
    created,
    describe,
    describe_name,
    namespace_of,
    owner_of,
    status_of,
)

_FAULTS = {
    "Secret": "secret-missing",
    "ConfigMap": "configmap-missing",
    "ServiceAccount": "service-account-missing",
    "PersistentVolumeClaim": "claim-missing",
}


@diagnosis
def missing(snapshot: Snapshot) -> Iterator[Finding]:
    """Every reference of a workload's pods that leads nowhere."""
    known = {kind: snapshot.names(kind) for kind in _FAULTS if snapshot.has_read(kind)}
    for kind, item, spec in _pod_specs(snapshot):
        namespace = namespace_of(item)
        for wanted, name in _references(spec):
            if wanted in known and (namespace, name) not in known[wanted]:
                yield _finding(_FAULTS[wanted], wanted, name, kind, item, Severity.CRITICAL)
        for secret in spec.get("imagePullSecrets") or []:
            if "Secret" in known and (namespace, secret.get("name")) not in known["Secret"]:
                yield _finding("pull-secret-missing", "Secret", secret["name"], kind, item, Severity.WARNING)


def _pod_specs(snapshot: Snapshot) -> Iterator[tuple[str, Object, Mapping[str, Any]]]:
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        for item in snapshot.platform(kind):
            yield kind, item, item["spec"]["template"]["spec"]
    for item in snapshot.platform("CronJob"):
        yield "CronJob", item, item["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    for item in snapshot.platform("Pod"):
        if (
            owner_of(item)[0] not in ("ReplicaSet", "StatefulSet", "DaemonSet")
            and status_of(item).get("phase") == "Pending"
        ):
            yield "Pod", item, item["spec"]


def _references(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Kind and name of all that a pod can't start without."""
    if account := spec.get("serviceAccountName"):
        yield "ServiceAccount", account
    for volume in spec.get("volumes") or []:
        yield from _volume(volume)
        for source in (volume.get("projected") or {}).get("sources") or []:
            for key, kind in (("secret", "Secret"), ("configMap", "ConfigMap")):
                if key in source and not source[key].get("optional"):
                    yield kind, source[key]["name"]
    for container in [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]:
        sources = [variable.get("valueFrom") or {} for variable in container.get("env") or []]
        sources += container.get("envFrom") or []
        for source in sources:
            for key, kind in (
                ("secretKeyRef", "Secret"),
                ("secretRef", "Secret"),
                ("configMapKeyRef", "ConfigMap"),
                ("configMapRef", "ConfigMap"),
            ):
                if key in source and not source[key].get("optional"):
                    yield kind, source[key]["name"]


def _volume(volume: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    secret, settings = volume.get("secret"), volume.get("configMap")
    if secret and not secret.get("optional"):
        yield "Secret", secret["secretName"]
    if settings and not settings.get("optional"):
        yield "ConfigMap", settings["name"]
    if claim := volume.get("persistentVolumeClaim"):
        yield "PersistentVolumeClaim", claim["claimName"]


def _finding(  # noqa: PLR0917
    fault: str, wanted: str, name: str, kind: str, item: Object, severity: Severity
) -> Finding:
    return Finding(
        severity=severity,
        fault=fault,
        object=describe_name(wanted, namespace_of(item), name),
        since=created(item),
        what=f"{wanted} {name} does not exist",
        why=f"{describe(kind, item)} needs it",
        remedy="Deploy again (`pulumi up`): the stack makes what its pods refer to; what you made, make again.",
        runbook="PodPending.md",
    )
