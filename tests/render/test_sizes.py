"""Every rendered pod is as big as the sizing table says: no more, or its quota refuses it; no less, or it dies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lakehouse import sizing
from lakehouse.profile import Profile
from lakehouse.quantities import Cpu, Memory
from tests.render.manifests import Pod, Rendered, operated
from tests.render.releases import Release

_RELOADER = re.compile(r"--config-reloader-(cpu|memory)-request=(.+)")


def test_pods_have_the_sizes_of_the_table(profile: str, release: Release, objects: Rendered) -> None:
    known = sizes_of(profile)
    wrong = [
        f"{name} has {cpu}, {memory}; the table has none of that size in {namespace}"
        for name, namespace, cpu, memory in _sizes(objects)
        if (cpu, memory) not in known.get(namespace, set())
    ]
    assert not wrong, "\n".join(wrong)


def sizes_of(profile: str) -> dict[str, set[tuple[Cpu, Memory]]]:
    """CPU and memory of every pod that the profile's table names, by namespace."""
    found: dict[str, set[tuple[Cpu, Memory]]] = {}
    for _, budget in sizing.load(Profile(profile)).budgets():
        pods = (*budget.workloads.values(), *budget.jobs.values())
        found.setdefault(budget.namespace, set()).update((pod.cpu, pod.memory) for pod in pods)
    return found


def _sizes(rendered: Rendered) -> list[tuple[str, str, Cpu, Memory]]:
    found = [(str(pod), pod.namespace, *_pod_size(pod)) for pod in rendered.pods]
    reloader = _reloader(rendered)
    for item in operated(rendered):
        requests = [item["spec"]["resources"]["requests"], reloader]
        found.append((f"{item['kind']}/{item['metadata']['name']}", rendered.namespace, *_sum(requests)))
    return found


def _pod_size(pod: Pod) -> tuple[Cpu, Memory]:
    """As the scheduler counts: the containers together, or the largest that runs before them."""
    steady = _sum(container["resources"]["requests"] for container in pod.spec["containers"])
    before = [_sum([container["resources"]["requests"]]) for container in pod.spec.get("initContainers") or []]
    return max([steady[0], *(cpu for cpu, _ in before)]), max([steady[1], *(memory for _, memory in before)])


def _sum(requests: Iterable[Mapping[str, Any]]) -> tuple[Cpu, Memory]:
    cpu, memory = Cpu(0), Memory(0)
    for request in requests:
        cpu += Cpu.parse(str(request["cpu"]))
        memory += Memory.parse(str(request["memory"]))
    return cpu, memory


def _reloader(rendered: Rendered) -> dict[str, str]:
    """What the operator adds to each of its pods: a container that reloads the configuration."""
    arguments = [a for pod in rendered.pods for _, c in pod.containers for a in c.get("args") or []]
    found = (_RELOADER.fullmatch(argument) for argument in arguments)
    return {match[1]: match[2] for match in found if match}
