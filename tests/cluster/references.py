"""What pods refer to by name: secrets, configuration, volume claims, service accounts; and which of it is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.cluster.control_plane import Object, describe

CONFIG_KINDS = {
    "secretKeyRef": "Secret",
    "secretRef": "Secret",
    "configMapKeyRef": "ConfigMap",
    "configMapRef": "ConfigMap",
}


@dataclass(frozen=True)
class Reference:
    """`key` is None where the object as a whole is meant."""

    user: str
    kind: str
    namespace: str
    name: str
    key: str | None = None

    def __str__(self) -> str:
        key = f" key {self.key}" if self.key else ""
        return f"{self.user} needs {self.kind} {self.namespace}/{self.name}{key}"


def references(pod: Object) -> Iterator[Reference]:
    """Everything a pod needs before it can start; optional references are left out."""
    spec, user, namespace = pod["spec"], describe(pod), pod["metadata"]["namespace"]
    for kind, name, key in _named(spec):
        yield Reference(user, kind, namespace, name, key)


def unresolved(pods: Iterable[Object], objects: Iterable[Object]) -> list[str]:
    """References of `pods` to objects or keys that are not among `objects`."""
    present = {(o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"]): o for o in objects}
    missing = []
    for reference in dict.fromkeys(reference for pod in pods for reference in references(pod)):
        found = present.get((reference.kind, reference.namespace, reference.name))
        if found is None or (reference.key is not None and reference.key not in _keys(found)):
            missing.append(str(reference))
    return missing


def _keys(item: Object) -> set[str]:
    return {key for field in ("data", "stringData", "binaryData") for key in item.get(field) or {}}


def _named(spec: Object) -> Iterator[tuple[str, str, str | None]]:
    if account := spec.get("serviceAccountName"):
        yield "ServiceAccount", account, None
    for pull in spec.get("imagePullSecrets", []):
        yield "Secret", pull["name"], None
    for volume in spec.get("volumes", []):
        yield from _of_volume(volume)
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        for variable in container.get("env", []):
            yield from _of_source(variable.get("valueFrom") or {})
        for source in container.get("envFrom", []):
            yield from _of_source(source)


def _of_source(source: Object) -> Iterator[tuple[str, str, str | None]]:
    for field, kind in CONFIG_KINDS.items():
        if field in source and not source[field].get("optional"):
            yield kind, source[field]["name"], source[field].get("key")


def _of_volume(volume: Object) -> Iterator[tuple[str, str, str | None]]:
    if claim := volume.get("persistentVolumeClaim"):
        yield "PersistentVolumeClaim", claim["claimName"], None
    parts = [volume, *(volume.get("projected", {}).get("sources", []))]
    for part in parts:
        for field, kind, named in (("secret", "Secret", "secretName"), ("configMap", "ConfigMap", "name")):
            source = part.get(field)
            if source is None or source.get("optional"):
                continue
            name = source.get(named) or source["name"]
            yield kind, name, None
            for item in source.get("items") or []:
                yield kind, name, item["key"]
