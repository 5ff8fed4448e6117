"""The rules that every Kubernetes object obeys, as plain functions over its manifest.

Each yields what is wrong and what to change. They run on typed resources, on rendered charts and in the policy pack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Manifest = Mapping[str, Any]
Rule = Callable[[Manifest], Iterator[str]]

WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"}
SERVICES = {"Deployment", "StatefulSet", "DaemonSet"}
REGISTRIES = ("docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "public.ecr.aws", "docker.getcollate.io")
DEAD_IMAGES = re.compile(r"(^|/)(bitnami|bitnamilegacy|bitnamisecure)/|^(docker\.io/)?minio/")
PART_OF = "odoo-lakehouse"


@dataclass(frozen=True)
class Stack:
    """What a stack's configuration decides about the rules. `images` are those that its users build."""

    image_registry: str | None = None
    images: tuple[str, ...] = ()

    @property
    def registries(self) -> tuple[str, ...]:
        """Where its images may come from, beside REGISTRIES."""
        mirror = [registry_of(f"{self.image_registry}/")] if self.image_registry else []
        return (*mirror, *map(registry_of, self.images))


NO_STACK = Stack()


def pod_spec(manifest: Manifest) -> Mapping[str, Any] | None:
    """The pod that a workload makes, or None."""
    spec: Manifest = manifest.get("spec") or {}
    kind = manifest.get("kind")
    if kind not in WORKLOADS:
        return None
    if kind == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    pod: Manifest = spec if kind == "Pod" else spec["template"]["spec"]
    return pod


def containers(manifest: Manifest) -> Iterator[Mapping[str, Any]]:
    """Every container, init containers too."""
    pod = pod_spec(manifest) or {}
    yield from pod.get("initContainers") or []
    yield from pod.get("containers") or []


def container_asks_for_what_it_needs(manifest: Manifest) -> Iterator[str]:
    for container in containers(manifest):
        resources = container.get("resources") or {}
        requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
        if "cpu" not in requests:
            yield f"container {container['name']} requests no CPU; set resources.requests.cpu"
        if "memory" not in limits or requests.get("memory") != limits["memory"]:
            yield (
                f"container {container['name']} requests {requests.get('memory')} of memory and is limited to "
                f"{limits.get('memory')}; set both to the same amount"
            )
        if "cpu" in limits:
            yield f"container {container['name']} has a CPU limit, which slows it down beside idle cores; remove it"


def pod_is_not_root(manifest: Manifest) -> Iterator[str]:
    pod = pod_spec(manifest)
    if pod is None:
        return
    outer = pod.get("securityContext") or {}
    for container in containers(manifest):
        inner = container.get("securityContext") or {}
        if not inner.get("runAsNonRoot", outer.get("runAsNonRoot", False)):
            yield f"container {container['name']} may run as root; set securityContext.runAsNonRoot"
        if inner.get("runAsUser", outer.get("runAsUser")) == 0:
            yield f"container {container['name']} runs as user 0; set another runAsUser"
        profile = inner.get("seccompProfile", outer.get("seccompProfile")) or {}
        if profile.get("type") not in {"RuntimeDefault", "Localhost"}:
            yield f"container {container['name']} has no seccomp profile; set seccompProfile.type: RuntimeDefault"


def container_gains_no_privileges(manifest: Manifest) -> Iterator[str]:
    for container in containers(manifest):
        context = container.get("securityContext") or {}
        if context.get("privileged") or context.get("allowPrivilegeEscalation") is not False:
            yield f"container {container['name']} may gain privileges; set allowPrivilegeEscalation: false"
        if "ALL" not in ((context.get("capabilities") or {}).get("drop") or []):
            yield f"container {container['name']} keeps capabilities; drop ALL"


def root_file_system_is_read_only(manifest: Manifest) -> Iterator[str]:
    for container in containers(manifest):
        if not (container.get("securityContext") or {}).get("readOnlyRootFilesystem"):
            yield f"container {container['name']} can write to its root file system; set readOnlyRootFilesystem"


def pod_stays_inside_its_sandbox(manifest: Manifest) -> Iterator[str]:
    pod = pod_spec(manifest) or {}
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(key):
            yield f"the pod shares the node's {key.removeprefix('host')}; remove {key}"
    for volume in pod.get("volumes") or []:
        if "hostPath" in volume:
            yield f"volume {volume['name']} is a folder of the node; use a claim or an emptyDir"
        if "emptyDir" in volume and "sizeLimit" not in (volume["emptyDir"] or {}):
            yield f"volume {volume['name']} can fill the node's disk; set emptyDir.sizeLimit"


def service_is_probed(manifest: Manifest) -> Iterator[str]:
    if manifest.get("kind") not in SERVICES:
        return
    for container in (pod_spec(manifest) or {}).get("containers") or []:
        missing = [probe for probe in ("livenessProbe", "readinessProbe") if not container.get(probe)]
        if missing:
            yield f"container {container['name']} has no {' and no '.join(missing)}; a hung one would keep its traffic"


def image_is_pinned(manifest: Manifest) -> Iterator[str]:
    for container in containers(manifest):
        image = container.get("image") or ""
        tag = image.rpartition("/")[2].partition(":")[2]
        if "@sha256:" not in image and tag in {"", "latest"}:
            yield f"container {container['name']} takes {image!r}; name a fixed tag or a digest"


def registry_of(image: str) -> str:
    """The first part of a reference where it names a host, else Docker's own registry."""
    first = image.partition("/")[0]
    return first if "/" in image and ("." in first or ":" in first or first == "localhost") else "docker.io"


def image_comes_from_a_living_registry(manifest: Manifest, allowed: tuple[str, ...] = REGISTRIES) -> Iterator[str]:
    for container in containers(manifest):
        image = container.get("image") or ""
        if DEAD_IMAGES.search(image):
            yield f"container {container['name']} takes {image!r} of a dead registry; use a maintained image"
        registry = registry_of(image)
        if registry not in allowed:
            yield f"container {container['name']} takes {image!r}; {registry} is not an allowed registry"


def problems(rule: Rule, manifest: Manifest, stack: Stack = NO_STACK) -> Iterator[str]:
    """What a rule finds wrong with an object of this stack."""
    if rule is image_comes_from_a_living_registry:
        return image_comes_from_a_living_registry(manifest, (*REGISTRIES, *stack.registries))
    return rule(manifest)


def claims(manifest: Manifest) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every claim for a volume, by name, with its spec."""
    if manifest.get("kind") == "PersistentVolumeClaim":
        yield manifest["metadata"]["name"], manifest["spec"]
    if manifest.get("kind") == "StatefulSet":
        for claim in (manifest.get("spec") or {}).get("volumeClaimTemplates") or []:
            yield claim["metadata"]["name"], claim["spec"]


def volume_names_its_class(manifest: Manifest) -> Iterator[str]:
    for name, spec in claims(manifest):
        if not spec.get("storageClassName"):
            yield f"claim {name} takes whatever class is the default; set storageClassName"


def object_is_part_of_the_platform(manifest: Manifest) -> Iterator[str]:
    labels = (manifest.get("metadata") or {}).get("labels") or {}
    if labels.get("app.kubernetes.io/part-of") != PART_OF:
        yield f"label app.kubernetes.io/part-of is {labels.get('app.kubernetes.io/part-of')!r}; set it to {PART_OF}"


def service_is_not_a_load_balancer(manifest: Manifest) -> Iterator[str]:
    if manifest.get("kind") == "Service" and (manifest.get("spec") or {}).get("type") in {"LoadBalancer", "NodePort"}:
        yield "the service opens a port to the outside; use an Ingress"


def profile_stays_out_of_selectors(manifest: Manifest) -> Iterator[str]:
    spec = manifest.get("spec") or {}
    places = {
        "selector": spec.get("selector"),
        "template": ((spec.get("template") or {}).get("metadata") or {}).get("labels"),
        "volumeClaimTemplates": [claim["metadata"].get("labels") for claim in spec.get("volumeClaimTemplates") or []],
    }
    for place, value in places.items():
        if "lakehouse/profile" in str(value):
            yield f"label lakehouse/profile is in {place}; switching the profile would replace the object"


def job_is_kept(manifest: Manifest) -> Iterator[str]:
    if manifest.get("kind") == "Job" and "ttlSecondsAfterFinished" in (manifest.get("spec") or {}):
        yield "the Job deletes itself, so that every `up` would make it again; remove ttlSecondsAfterFinished"


def release_pins_its_version(values: Manifest) -> Iterator[str]:
    """Over a Release's inputs, not over a manifest."""
    chart = str(values.get("chart", ""))
    if not chart.endswith(".tgz") and not values.get("version"):
        yield f"chart {chart!r} has no version; another one could be installed at any time"


def stateful_sets_have_a_budget(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Over all objects together: every StatefulSet is selected by a PodDisruptionBudget."""
    budgets = [m for m in manifests if m.get("kind") == "PodDisruptionBudget"]
    for stateful in (m for m in manifests if m.get("kind") == "StatefulSet"):
        labels = stateful["spec"]["template"]["metadata"]["labels"]
        space = stateful["metadata"]["namespace"]
        if not any(
            budget["metadata"]["namespace"] == space
            and budget["spec"]["selector"]["matchLabels"].items() <= labels.items()
            for budget in budgets
        ):
            yield f"StatefulSet {space}/{stateful['metadata']['name']} has no PodDisruptionBudget"


RULES: tuple[Rule, ...] = (
    container_asks_for_what_it_needs,
    pod_is_not_root,
    container_gains_no_privileges,
    root_file_system_is_read_only,
    pod_stays_inside_its_sandbox,
    service_is_probed,
    image_is_pinned,
    image_comes_from_a_living_registry,
    volume_names_its_class,
    object_is_part_of_the_platform,
    service_is_not_a_load_balancer,
    profile_stays_out_of_selectors,
    job_is_kept,
)
