"""A namespace in which one fault is made."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.cluster.control_plane import Api, Object

IMAGE = "registry.invalid/server:1"
NEVER_READY = {"tests/never-ready": "true"}


def now(minutes_ago: float = 0) -> str:
    """A moment as the API writes it."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes_ago)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Scene:
    """What makes a fault: objects and their status in one namespace."""

    api: Api
    namespace: str

    def apply(self, api_version: str, kind: str, name: str, status: Object | None = None, **body: Any) -> Object:
        """Create an object and set its status, as a controller would."""
        labels = body.pop("labels", {})
        metadata = {"name": name, "namespace": self.namespace, "labels": labels, **body.pop("metadata", {})}
        item = self.api.create({"apiVersion": api_version, "kind": kind, "metadata": metadata, **body})
        if status is not None:
            item = self.api.patch(item, {"status": status}, "status")
        return item

    def pod(self, name: str = "server", status: Object | None = None, **spec: Any) -> Object:
        """A pod on a node which the simulated kubelet leaves alone; its status is what is given."""
        metadata = {"annotations": NEVER_READY}
        spec = {"nodeName": "node-0", "containers": [container()], **spec}
        body: Object = {"spec": spec, "metadata": metadata, "labels": {"app": name}}
        return self.apply("v1", "Pod", name, status, **body)

    def deployment(self, name: str = "server", replicas: int = 0, **spec: Any) -> Object:
        """A Deployment; the real controller makes its pods, the simulated kubelets make them ready."""
        annotations = spec.pop("annotations", {})
        labels = {"app": name}
        template = {"metadata": {"labels": labels, "annotations": annotations}, "spec": {"containers": [container()]}}
        template["spec"] |= spec.pop("pods", {})
        body = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, **spec}
        return self.apply("apps/v1", "Deployment", name, spec=body, labels=labels)

    def close_network(self) -> None:
        """The policy that every namespace of the platform has."""
        spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        self.apply("networking.k8s.io/v1", "NetworkPolicy", "default-deny", spec=spec)

    def event(self, kind: str, name: str, reason: str, message: str) -> None:
        """A warning about an object, as the kubelet writes it."""
        self.apply(
            "v1",
            "Event",
            f"{name}.{reason.lower()}",
            involvedObject={"kind": kind, "namespace": self.namespace, "name": name},
            reason=reason,
            message=message,
            type="Warning",
            firstTimestamp=now(minutes_ago=2),
            lastTimestamp=now(),
            count=3,
        )


@dataclass(frozen=True)
class Fault:
    """What is made, and what has to be said about it: exactly `told` in its namespace, `why` in the first of them."""

    name: str
    make: Callable[[Scene], None]
    told: Mapping[str, str]
    why: str

    @property
    def namespace(self) -> str:
        return f"lake-{self.name}"


FAULTS: list[Fault] = []


def fault(why: str, **told: str) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Register a fault by its function's name; `told` is what is expected: fault name (with _) -> object (NS stands for
    the namespace)."""

    def register(make: Callable[[Scene], None]) -> Callable[[Scene], None]:
        name = make.__name__.replace("_", "-")
        expected = {key.replace("_", "-"): text.replace("NS", f"lake-{name}") for key, text in told.items()}
        FAULTS.append(Fault(name, make, expected, why))
        return make

    return register


def container(name: str = "server", **more: Any) -> Object:
    return {"name": name, "image": IMAGE, **more}


def waiting(reason: str, message: str = "", **more: Any) -> Object:
    """The status of a pending pod whose container waits."""
    state = {"waiting": {"reason": reason, "message": message}}
    return {"phase": "Pending", "containerStatuses": [_container_status(state, **more)], **scheduled()}


def running(*, ready: bool = True, **more: Any) -> Object:
    """The status of a running pod."""
    status = _container_status({"running": {"startedAt": now(30)}}, ready=ready, **more)
    conditions = [{"type": "Ready", "status": str(ready), "lastTransitionTime": now(20)}]
    return {"phase": "Running", "containerStatuses": [status], "conditions": conditions}


def terminated(reason: str, exit_code: int) -> Object:
    return {"terminated": {"reason": reason, "exitCode": exit_code, "startedAt": now(5), "finishedAt": now(4)}}


def scheduled() -> Object:
    return {"conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": now(30)}]}


def _container_status(state: Object, name: str = "server", **more: Any) -> Object:
    return {"name": name, "image": IMAGE, "imageID": "", "ready": False, "restartCount": 0, "state": state, **more}
