"""Renders each release once, and says at the end what could be rendered."""

from __future__ import annotations

import functools

import pytest

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    charts = sorted({release.chart for profile in PROFILES for release in releases(profile)}, key=lambda c: c.name)
    found = {chart: find(chart) for chart in charts}
    missing = [archive for archive in found.values() if isinstance(archive, Missing)]
    write = terminalreporter.write_line
    write(f"rendered {len(charts) - len(missing)} of {len(charts)} charts")
    for archive in missing:
        write(f"not rendered: {archive.chart.name} {archive.chart.version} is {archive.reason}")
    for facts in map(load, recorded()):
        if not facts.is_published_archive:
            write(f"facts of {facts.chart} {facts.version} come from {facts.source}")
