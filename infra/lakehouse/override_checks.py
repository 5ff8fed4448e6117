"""What `lakehouse:overrides` may not change, and numbers that fit a row but that no server starts with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .budget import Budget, Workload
from .quantities import Memory

_NOTHING = re.compile(r"0+(\.0+)?(m|Mi|Gi|Ti)?")
# These work without pods: queries run on the coordinator, and only connectors that are built need the manifest server.
_MAY_BE_ABSENT = {("trino", "worker"), ("airbyte", "manifest")}
_PLACES = {"namespace", "priorityClass"}
# Below it a JVM has no heap that the product starts with.
_LEAST_MEMORY = {("trino", "coordinator"): Memory.parse("2Gi"), ("metabase", "server"): Memory.parse("1Gi")}


def override_problems(overrides: Mapping[str, Any]) -> list[str]:
    """Why an override cannot be one, whatever the row allows."""
    return [problem for path, value in _leaves(overrides, ()) for problem in _refused(path, value)]


def memory_problems(budgets: Iterator[tuple[str, Budget]]) -> list[str]:
    """The pods whose memory is too small for what runs in them."""
    return [
        f"{name}.{pod}.memory is {size.memory}; below {least} the JVM has no heap to start with. Raise it under "
        f"lakehouse:overrides.{name}.{pod}.memory."
        for name, budget in budgets
        for pod, size in budget.workloads.items()
        if (least := _LEAST_MEMORY.get((name, pod))) is not None and _is_too_small(size, least)
    ]


def _is_too_small(size: Workload, least: Memory) -> bool:
    return size.replicas > 0 and size.memory < least


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    else:
        yield path, value


def _refused(path: tuple[str, ...], value: Any) -> Iterator[str]:
    key = f"lakehouse:overrides.{'.'.join(path)}"
    remove = f"pulumi config rm --path {key}"
    if path[-1] in _PLACES:
        yield (
            f"{key} is {value!r}, which is no size. Rules and alerts know the place by its name, and would miss it. "
            f"Remove it: {remove}"
        )
    elif path[-1] == "replicas":
        if value == 0 and path[:-1] not in _MAY_BE_ABSENT:
            yield f"{key} is 0. What needs {path[0]} would wait for it for ever. Remove it: {remove}"
    elif isinstance(value, str) and _NOTHING.fullmatch(value.strip()):
        yield f"{key} is {value!r}, which is nothing. No pod would start with it. Give it a size, or run: {remove}"
