"""A misspelt Helm value is silently ignored, so every key we set must be one that the chart knows."""

from __future__ import annotations

import pytest

from lakehouse.values import DIRECTORY
from tests.render.archives import Missing, find
from tests.render.facts import load, read, recorded, unknown_keys
from tests.render.releases import Release, releases


def test_every_key_exists_in_the_chart(profile: str, release: Release) -> None:
    assert unknown_keys(release.values, load(release.chart.name)) == []


@pytest.mark.parametrize(
    ("values", "unknown"),
    [
        ({"server": {"worker": 3}}, ["server.worker"]),
        ({"server": {"workers": 3}}, []),
        ({"serverr": {"workers": 3}}, ["serverr"]),
        # The default is an empty map: the chart takes what it gets.
        ({"coordinator": {"resources": {"requests": {"cpu": "1"}}}}, []),
        # Read by a template, in no values file.
        ({"resourceGroups": {"type": "configmap"}}, []),
    ],
)
def test_a_misspelt_key_is_found(values: dict[str, object], unknown: list[str]) -> None:
    assert unknown_keys(values, load("trino")) == unknown


def test_a_key_that_only_a_template_reads_is_known() -> None:
    facts = load("airbyte")
    assert unknown_keys({"global": {"auth": {"secretName": "airbyte-auth"}}}, facts) == []
    assert unknown_keys({"global": {"auth": {"secretNam": "airbyte-auth"}}}, facts) == ["global.auth.secretNam"]


def test_the_facts_are_of_the_pinned_version(profile: str, release: Release) -> None:
    facts = load(release.chart.name)
    assert (facts.chart, facts.version) == (release.chart.name, release.chart.version), (
        f"run `make charts-facts` with {release.chart.name} {release.chart.version} in the chart cache"
    )


def test_every_values_file_and_every_record_belongs_to_an_installed_chart() -> None:
    installed = sorted(release.chart.name for release in releases("production"))
    assert sorted(path.stem for path in DIRECTORY.glob("*.yaml")) == installed
    assert recorded() == installed


@pytest.mark.parametrize("release", releases("production"), ids=lambda release: release.name)
def test_the_facts_equal_the_archive(release: Release) -> None:
    archive = find(release.chart)
    if isinstance(archive, Missing):
        pytest.skip(f"{release.chart.name} {release.chart.version} is {archive.reason}")
    kept = load(release.chart.name)
    if archive.sha256 != kept.sha256:
        assert not kept.is_published_archive, "a published version never changes: this archive is another one"
        kept = kept.model_copy(update={"sha256": archive.sha256, "source": archive.source})
    assert read(archive, release) == kept, "run `make charts-facts`"
