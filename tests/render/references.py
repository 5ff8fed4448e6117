"""What pods refer to by name: secrets, configuration, accounts and hosts. Every name must be made by somebody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.render.manifests import Object, Pod, namespace_of

# Environment variables whose whole value is an address.
_ADDRESS = re.compile(r"(HOST|HOSTS|SERVER|URL|URI|ENDPOINT|ADDRESS|SEEDS)$")
_HOST_OF = re.compile(
    r"^(?:[a-z0-9+.-]+:)*(?://)?(?:[^@/\s]*@)?(?P<host>[a-z][a-z0-9.-]*)(?::(?P<port>\d+))?(?:[/?].*)?$"
)
# Any text may name a service of another namespace: <service>.lake-<component>[.svc[.cluster.local]][:port].
_FAR = re.compile(
    r"(?<![a-z0-9.-])(?P<service>[a-z][a-z0-9-]*)\.(?P<namespace>lake-[a-z-]+)(?:\.svc(?:\.cluster\.local)?)?(?::(?P<port>\d+))?"
)


@dataclass(frozen=True)
class Reference:
    """`key` is None where the whole object is taken."""

    kind: str
    namespace: str
    name: str
    key: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" + (f" key {self.key}" if self.key else "")


@dataclass(frozen=True)
class Address:
    namespace: str
    service: str
    port: int | None

    def __str__(self) -> str:
        return f"{self.service}.{self.namespace}" + (f":{self.port}" if self.port else "")


def references(pod: Pod) -> set[Reference]:
    """Everything that must exist before the pod's containers start; optional ones are left out."""
    found = {Reference("ServiceAccount", pod.namespace, pod.spec.get("serviceAccountName") or "default")}
    for _, container in pod.containers:
        found.update(_of_container(container, pod.namespace))
    for volume in pod.spec.get("volumes") or []:
        found.update(_of_volume(volume, pod.namespace))
    return found


def _of_container(container: Mapping[str, Any], namespace: str) -> Iterator[Reference]:
    for variable in container.get("env") or []:
        source = variable.get("valueFrom") or {}
        for kind, ref in (("Secret", source.get("secretKeyRef")), ("ConfigMap", source.get("configMapKeyRef"))):
            if ref and not ref.get("optional"):
                yield Reference(kind, namespace, ref["name"], ref["key"])
    for source in container.get("envFrom") or []:
        for kind, ref in (("Secret", source.get("secretRef")), ("ConfigMap", source.get("configMapRef"))):
            if ref and not ref.get("optional"):
                yield Reference(kind, namespace, ref["name"])


def _of_volume(volume: Mapping[str, Any], namespace: str) -> Iterator[Reference]:
    sources = [volume, *((volume.get("projected") or {}).get("sources") or [])]
    for source in sources:
        for kind, ref in (("Secret", source.get("secret")), ("ConfigMap", source.get("configMap"))):
            if not ref or ref.get("optional"):
                continue
            name = ref.get("secretName") or ref.get("name")
            items = ref.get("items") or [{"key": None}]
            yield from (Reference(kind, namespace, name, item["key"]) for item in items)
    if claim := volume.get("persistentVolumeClaim"):
        yield Reference("PersistentVolumeClaim", namespace, claim["claimName"])


def missing_mounts(pod: Pod) -> list[str]:
    """Mounts of volumes that the pod does not have."""
    volumes = {volume["name"] for volume in pod.spec.get("volumes") or []}
    volumes |= {claim["metadata"]["name"] for claim in pod.claims}
    return [
        f"{name} mounts {mount['name']}"
        for name, container in pod.containers
        for mount in container.get("volumeMounts") or []
        if mount["name"] not in volumes
    ]


def provided(objects: Iterable[Object], namespace: str) -> set[Reference]:
    """What these objects make exist: themselves, their keys, and what controllers make of them."""
    found: set[Reference] = set()
    for item in objects:
        kind, name, where = item["kind"], item["metadata"]["name"], namespace_of(item, namespace)
        if kind in {"Secret", "ConfigMap"}:
            keys = {*(item.get("data") or {}), *(item.get("stringData") or {}), *(item.get("binaryData") or {})}
            found |= {Reference(kind, where, name), *(Reference(kind, where, name, key) for key in keys)}
        elif kind in {"ServiceAccount", "PersistentVolumeClaim"}:
            found.add(Reference(kind, where, name))
        elif kind == "Certificate":
            spec = item["spec"]
            formats = [output["type"] for output in spec.get("additionalOutputFormats") or []]
            written = [None, "tls.crt", "tls.key", "ca.crt"]
            written += ["tls-combined.pem"] if "CombinedPEM" in formats else []
            found |= {Reference("Secret", where, spec["secretName"], key) for key in written}
    return found


def services(objects: Iterable[Object], namespace: str) -> dict[tuple[str, str], set[int]]:
    """The ports of each service by namespace and name, those that operators make included."""
    found: dict[tuple[str, str], set[int]] = {}
    for item in objects:
        name, where, spec = item["metadata"]["name"], namespace_of(item, namespace), item.get("spec") or {}
        match item["kind"]:
            case "Service":
                found[where, name] = {int(port["port"]) for port in spec.get("ports") or []}
            case "Cluster":
                found |= {(where, f"{name}-{role}"): {5432} for role in ("rw", "ro", "r")}
            case "Kafka":
                ports = {int(listener["port"]) for listener in spec["kafka"]["listeners"]}
                found[where, f"{name}-kafka-bootstrap"] = ports
    return found


def addresses(pod: Pod, config_maps: Mapping[str, Object]) -> set[Address]:
    """In-cluster hosts that a pod is told of, in variables, arguments and mounted configuration."""
    found: set[Address] = set()
    for _, container in pod.containers:
        for variable in container.get("env") or []:
            found.update(_in_variable(variable["name"], str(variable.get("value") or ""), pod.namespace))
        for source in container.get("envFrom") or []:
            data = (config_maps.get((source.get("configMapRef") or {}).get("name", "")) or {}).get("data") or {}
            for name, value in data.items():
                found.update(_in_variable(name, str(value), pod.namespace))
        for argument in [*(container.get("command") or []), *(container.get("args") or [])]:
            found.update(_far(str(argument)))
    for volume in pod.spec.get("volumes") or []:
        data = (config_maps.get((volume.get("configMap") or {}).get("name", "")) or {}).get("data") or {}
        for text in data.values():
            found.update(_far(str(text)))
    return found


def _in_variable(name: str, value: str, namespace: str) -> Iterator[Address]:
    yield from _far(value)
    if not _ADDRESS.search(name):
        return
    for part in value.split(","):
        match = _HOST_OF.match(part.strip())
        if match and "." not in match["host"] and match["host"] not in {"localhost", "true", "false"}:
            yield Address(namespace, match["host"], int(match["port"]) if match["port"] else None)


def _far(text: str) -> Iterator[Address]:
    for match in _FAR.finditer(text):
        yield Address(match["namespace"], match["service"], int(match["port"]) if match["port"] else None)
