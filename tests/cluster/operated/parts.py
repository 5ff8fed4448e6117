"""Pieces that operators' pods share: the security context of Pod Security "restricted", sets, secrets, services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.cluster.control_plane import Object

IMAGE = "operated.invalid/image:1"
POD_SECURITY: Object = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
CONTAINER_SECURITY: Object = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def container(name: str, resources: Object | None, **more: Any) -> Object:
    """A container of the given size; without one, the namespace's limit range decides."""
    sized = {"resources": resources} if resources else {}
    return {"name": name, "image": IMAGE, "securityContext": CONTAINER_SECURITY, **sized, **more}


def pod_spec(containers: list[Object], *, security: Object | None = None, **more: Any) -> Object:
    return {"containers": containers, "securityContext": security or POD_SECURITY, **more}


def stateful_set(
    name: str, labels: Mapping[str, str], spec: Object, *, replicas: int, claims: list[Object] | None = None
) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {
            "replicas": replicas,
            "serviceName": name,
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": dict(labels)},
            "template": {"metadata": {"labels": dict(labels)}, "spec": spec},
            "volumeClaimTemplates": claims or [],
        },
    }


def claim(name: str, size: str, storage_class: str | None) -> Object:
    spec: Object = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    if storage_class:
        spec["storageClassName"] = storage_class
    return {"metadata": {"name": name}, "spec": spec}


def job(name: str, labels: Mapping[str, str], spec: Object) -> Object:
    template = {"metadata": {"labels": dict(labels)}, "spec": {**spec, "restartPolicy": "Never"}}
    metadata = {"name": name, "labels": dict(labels)}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {"template": template}}


def service(name: str, labels: Mapping[str, str], ports: Mapping[str, int]) -> Object:
    spec = {
        "selector": dict(labels),
        "ports": [{"name": key, "port": port, "targetPort": port} for key, port in ports.items()],
    }
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def secret(name: str, *keys: str, namespace: str | None = None) -> Object:
    """A secret that an operator makes; its values do not matter."""
    metadata: Object = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    data = dict.fromkeys(keys, "made by the stand-in")
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}


def disruption_budget(name: str, labels: Mapping[str, str], **allowed: int) -> Object:
    spec = {"selector": {"matchLabels": dict(labels)}, **allowed}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": spec}


def condition(kind: str, reason: str = "Reconciled") -> Object:
    now = "2026-01-01T00:00:00Z"
    return {"type": kind, "status": "True", "reason": reason, "message": "", "lastTransitionTime": now}
