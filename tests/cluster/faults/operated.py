"""Faults of what operators keep, on definitions that take anything."""

from __future__ import annotations

from tests.cluster.control_plane import Api, Object, Refused, wait_until
from tests.cluster.faults.scene import Scene, fault, now

KINDS = (
    ("cert-manager.io", "Certificate"),
    ("cert-manager.io", "Issuer"),
    ("postgresql.cnpg.io", "Cluster"),
    ("postgresql.cnpg.io", "Backup"),
)
CERTIFICATES, POSTGRES = "cert-manager.io/v1", "postgresql.cnpg.io/v1"


def define(api: Api) -> None:
    """Make the operators' kinds known."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
    for group, kind in KINDS:
        plural = kind.lower() + "s"
        names = {"kind": kind, "plural": plural, "singular": kind.lower()}
        spec: Object = {"group": group, "names": names, "scope": "Namespaced"}
        spec["versions"] = [{**version, "subresources": {"status": {}}}]
        metadata = {"name": f"{plural}.{group}"}
        item = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": metadata}
        api.create({**item, "spec": spec})
    for group, kind in KINDS:
        wait_until(f"{kind} is served", lambda g=group, k=kind: _is_served(api, g, k))  # type: ignore[misc]


def _is_served(api: Api, group: str, kind: str) -> bool:
    try:
        api.list(f"{group}/v1", kind)
    except Refused:
        return False
    return True


def condition(kind: str, status: str, message: str = "") -> Object:
    return {"type": kind, "status": status, "reason": "Told", "message": message, "lastTransitionTime": now(30)}


@fault("issuer not found", certificate_not_ready="Certificate NS/web")
def certificate_not_ready(scene: Scene) -> None:
    status = {"conditions": [condition("Ready", "False", "issuer not found")]}
    scene.apply(CERTIFICATES, "Certificate", "web", status, spec={})


@fault("it ended on", certificate_expired="Certificate NS/web")
def certificate_expired(scene: Scene) -> None:
    status = {"conditions": [condition("Ready", "False")], "notBefore": now(90 * 1440), "notAfter": now(10)}
    scene.apply(CERTIFICATES, "Certificate", "web", status, spec={})


@fault("was not renewed", certificate_expiring="Certificate NS/web")
def certificate_expiring(scene: Scene) -> None:
    ends = {"notBefore": now(80 * 1440), "notAfter": now(-10 * 1440)}
    scene.apply(CERTIFICATES, "Certificate", "web", {"conditions": [condition("Ready", "True")], **ends}, spec={})


@fault("no secret with its key", issuer_not_ready="Issuer NS/own")
def issuer_not_ready(scene: Scene) -> None:
    status = {"conditions": [condition("Ready", "False", "no secret with its key")]}
    scene.apply(CERTIFICATES, "Issuer", "own", status, spec={})


@fault("0 of 1 instances are ready: Setting up primary", postgres_not_ready="Cluster NS/own")
def postgres_not_ready(scene: Scene) -> None:
    status = {"phase": "Setting up primary", "readyInstances": 0, "conditions": [condition("Ready", "False")]}
    scene.apply(POSTGRES, "Cluster", "own", status, spec={"instances": 1})


@fault("AccessDenied", archiving_failing="Cluster NS/own")
def archiving_failing(scene: Scene) -> None:
    conditions = [condition("Ready", "True"), condition("ContinuousArchiving", "False", "AccessDenied")]
    scene.apply(POSTGRES, "Cluster", "own", {"readyInstances": 1, "conditions": conditions}, spec={"instances": 1})


@fault("no such bucket", backup_failed="Backup NS/newest")
def backup_failed(scene: Scene) -> None:
    spec = {"cluster": {"name": "own"}}
    scene.apply(POSTGRES, "Backup", "older", {"phase": "completed", "stoppedAt": now(100)}, spec=spec)
    status = {"phase": "failed", "stoppedAt": now(10), "error": "no such bucket"}
    scene.apply(POSTGRES, "Backup", "newest", status, spec=spec)
