"""What a profile installs, as the program records it: releases of third-party charts, and its own objects."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lakehouse import versions
from lakehouse.versions import Chart
from tests.program.conftest import shape
from tests.program.recorder import revealed
from tests.render.manifests import Object

# Profile -> the shape of the program that stands for it.
SHAPE = {"lightweight": "dev", "production": "prod"}
PROFILES = tuple(SHAPE)
CHARTS = {item.name: item for item in vars(versions).values() if isinstance(item, Chart)}


@dataclass(frozen=True)
class Release:
    """One chart as a profile installs it."""

    chart: Chart
    name: str
    namespace: str
    values: Mapping[str, Any]


@functools.cache
def releases(profile: str) -> tuple[Release, ...]:
    """Every chart of the profile, in the order of their names."""
    recorded = [revealed(item.inputs) for item in shape(SHAPE[profile]).releases]
    installed = [Release(_chart(r["chart"]), r["name"], r["namespace"], r.get("values") or {}) for r in recorded]
    return tuple(sorted(installed, key=lambda release: release.chart.name))


def _chart(reference: str) -> Chart:
    """The pin of a release's chart: its name, or the address of an OCI one."""
    return next(chart for chart in CHARTS.values() if reference in {chart.name, chart.repository})


@functools.cache
def own_objects(profile: str) -> tuple[Object, ...]:
    """What the program creates itself, as the API server gets it."""
    return tuple(item.manifest for item in shape(SHAPE[profile]).objects)
