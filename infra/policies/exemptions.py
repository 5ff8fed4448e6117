"""What a rule does not hold for, and why. The one list; an entry that excuses nothing fails a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Exemption:
    """`rule` is the function's name; `name` is the object's metadata.name."""

    rule: str
    kind: str
    namespace: str
    name: str
    reason: str

    def covers(self, rule: str, manifest: Mapping[str, Any]) -> bool:
        metadata = manifest.get("metadata") or {}
        found = (rule, manifest.get("kind"), metadata.get("namespace", ""), metadata.get("name"))
        return found == (self.rule, self.kind, self.namespace, self.name)


EXEMPTIONS: tuple[Exemption, ...] = ()
