"""Renders each release once, and says at the end what could be rendered."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from tests.conftest import NOTE
from tests.render.archives import Missing, find
from tests.render.facts import load, recorded
from tests.render.manifests import Rendered, render
from tests.render.releases import PROFILES, Release, releases


@functools.cache
def rendered(chart: str, profile: str) -> Rendered:
    """A chart's release as a profile installs it; skips with the reason where its archive cannot be had."""
    release = next(item for item in releases(profile) if item.chart.name == chart)
    archive = find(release.chart)
    if isinstance(archive, Missing):
        pytest.skip(f"{release.chart.name} {release.chart.version} is {archive.reason}")
    return render(archive, release.name, release.namespace, release.values)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `release` runs for every release of every profile."""
    if {"profile", "release"} <= set(metafunc.fixturenames):
        cases = [(profile, release) for profile in PROFILES for release in releases(profile)]
        ids = [f"{profile}-{release.name}" for profile, release in cases]
        metafunc.parametrize(("profile", "release"), cases, ids=ids)


@pytest.fixture
def objects(profile: str, release: Release) -> Rendered:
    return rendered(release.chart.name, profile)


@pytest.fixture(autouse=True)
def _what_was_rendered(record_property: Callable[[str, object], None]) -> None:
    for note in chart_notes():
        record_property(NOTE, note)


@functools.cache
def chart_notes() -> tuple[str, ...]:
    charts = sorted({release.chart for profile in PROFILES for release in releases(profile)}, key=lambda c: c.name)
    missing = [archive for archive in map(find, charts) if isinstance(archive, Missing)]
    return (
        f"rendered {len(charts) - len(missing)} of {len(charts)} charts",
        *(f"not rendered: {item.chart.name} {item.chart.version} is {item.reason}" for item in missing),
        *(
            f"facts of {facts.chart} {facts.version} come from {facts.source}"
            for facts in map(load, recorded())
            if not facts.is_published_archive
        ),
    )
