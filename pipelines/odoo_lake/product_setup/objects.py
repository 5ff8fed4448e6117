"""Objects as a product has them, and as they are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from odoo_lake.errors import UserError


class Action(StrEnum):
    """What was done to an object."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def only_named(
    objects: Iterable[dict[str, Any]], product: str, kind: str, name: str, *, remedy: str
) -> dict[str, Any] | None:
    """The object of this name, if there is one; raises UserError when there are several."""
    found = [one for one in objects if one["name"] == name]
    if len(found) > 1:
        raise UserError(
            f"{product} has {len(found)} {kind}s named {name}.",
            "Which of them is ours can't be told.",
            f"{remedy} the others in {product}, then start the Job again.",
        )
    return found[0] if found else None


def contains(actual: Any, wanted: Any) -> bool:
    """Whether `actual` says all that `wanted` says; a product adds defaults, and orders lists as it likes."""
    if isinstance(wanted, Mapping):
        return isinstance(actual, Mapping) and all(
            key in actual and contains(actual[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(wanted)
            and all(contains(a, w) for a, w in zip(_ordered(actual), _ordered(wanted), strict=True))
        )
    return bool(actual == wanted)


def _ordered(items: list[Any]) -> list[Any]:
    if all(isinstance(item, Mapping) and "name" in item for item in items):
        return sorted(items, key=lambda item: str(item["name"]))
    if all(isinstance(item, Mapping) and "fieldPath" in item for item in items):
        return sorted(items, key=lambda item: list(item["fieldPath"]))
    return items
