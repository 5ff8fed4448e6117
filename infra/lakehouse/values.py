"""Helm values: a static file, overlaid by what the program knows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .versions import Chart

DIRECTORY = Path(__file__).resolve().parents[2] / "helm-values"


def overlay(base: Mapping[str, Any], over: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Merge as Helm does: maps merge, everything else is replaced.

    A key that both sides set to a leaf is an error (ValueError): a value has one owner, the file or the program.
    """
    merged = dict(base)
    for key, value in over.items():
        where = f"{path}.{key}" if path else key
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = overlay(old, value, where)
        elif key in merged:
            raise ValueError(f"helm value {where} is set in the file and by the program; remove it from the file")
        else:
            merged[key] = value
    return merged


def chart_values(chart: Chart, computed: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a release: helm-values/<chart>.yaml and what the component computed."""
    return overlay(yaml.safe_load((DIRECTORY / f"{chart.name}.yaml").read_text()) or {}, computed)


def image_values(reference: str) -> dict[str, str]:
    """An image as charts take it: they join both with a colon, so a digest is cut there too."""
    repository, _, tag = reference.rpartition(":")
    return {"repository": repository, "tag": tag}
