"""Which source tables a model stands on, from dbt's own manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path


def source_tables(manifest: Path, models: Iterable[str]) -> frozenset[str] | None:
    """The bronze tables that any of these models reads, directly or through others; None when that is not known."""
    if not manifest.is_file():
        return None
    parents: dict[str, list[str]] = json.loads(manifest.read_text())["parent_map"]
    by_name = {unique_id.split(".")[2]: unique_id for unique_id in parents if unique_id.startswith("model.")}
    pending = [by_name[name] for name in models if name in by_name]
    seen: set[str] = set()
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending += parents.get(node, [])
    return frozenset(node.split(".")[3] for node in seen if node.startswith("source."))
