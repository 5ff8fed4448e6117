"""What a pod asks for, counted as the API server's quota counts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tests.cluster.control_plane import Object

SUFFIXES = {"m": Decimal("0.001"), "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9)}
SUFFIXES |= {"Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40)}
MIB = 2**20


def quantity(text: str) -> Decimal:
    """A Kubernetes quantity as a number: `250m` is 0.25, `2Gi` is 2147483648."""
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if text.endswith(suffix):
            return Decimal(text.removesuffix(suffix)) * SUFFIXES[suffix]
    return Decimal(text)


@dataclass(frozen=True)
class Requests:
    """CPU in millicores; memory limits and room on the node's disk in MiB."""

    cpu_millicores: int = 0
    memory_mib: int = 0
    scratch_mib: int = 0

    def __add__(self, other: Requests) -> Requests:
        return Requests(
            self.cpu_millicores + other.cpu_millicores,
            self.memory_mib + other.memory_mib,
            self.scratch_mib + other.scratch_mib,
        )

    def worst_of(self, other: Requests) -> Requests:
        return Requests(
            max(self.cpu_millicores, other.cpu_millicores),
            max(self.memory_mib, other.memory_mib),
            max(self.scratch_mib, other.scratch_mib),
        )


def of_pod(spec: Object) -> Requests:
    """Containers and sidecars together, or the largest init container beside the sidecars started before it."""
    sidecars, largest = Requests(), Requests()
    for container in spec.get("initContainers", []):
        if container.get("restartPolicy") == "Always":
            sidecars += of_container(container)
        else:
            largest = largest.worst_of(sidecars + of_container(container))
    steady = sum((of_container(container) for container in spec["containers"]), sidecars)
    return steady.worst_of(largest)


def of_container(container: Object) -> Requests:
    resources = container.get("resources", {})
    requests, limits = resources.get("requests", {}), resources.get("limits", {})
    return Requests(
        int(quantity(requests.get("cpu", "0")) * 1000),
        int(quantity(limits.get("memory", "0")) / MIB),
        int(quantity(requests.get("ephemeral-storage", "0")) / MIB),
    )


def of_pods(pods: Iterable[Object]) -> Requests:
    """The sum over pods that still count: those that have ended do not."""
    counted = (pod for pod in pods if pod.get("status", {}).get("phase") not in {"Succeeded", "Failed"})
    return sum((of_pod(pod["spec"]) for pod in counted), Requests())
