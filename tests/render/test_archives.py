"""Archives come from the cache, else from the chart's repository, else there is a reason."""

from __future__ import annotations

import http.server
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import helm_python
import pytest

from lakehouse.versions import Chart
from tests.loopback import listening
from tests.render.archives import PUBLISHED, UNSTATED, Archive, Missing, find


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and no memory of earlier finds."""
    find.cache_clear()
    monkeypatch.setenv("ODOO_LAKEHOUSE_CHARTS", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[str]:
    """A chart repository on loopback that publishes chart `small` 0.1.0."""
    folder = tmp_path / "repository"
    folder.mkdir()
    with helm_python.Chart.create("small", tmp_path) as chart:
        made = Path(chart.save(folder))
    shutil.move(made, folder / "small-0.1.0.tgz")
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    )
    with listening(server) as address:
        (folder / "index.yaml").write_text(
            "apiVersion: v1\nentries:\n  small:\n"
            f"    - {{apiVersion: v2, name: small, version: 0.1.0, urls: ['{address}/small-0.1.0.tgz']}}\n"
        )
        yield address


def test_the_cache_comes_first(cache: Path) -> None:
    (cache / "small-0.1.0.tgz").write_bytes(b"archive")
    found = find(Chart("small", "https://charts.invalid", "0.1.0"))
    assert isinstance(found, Archive)
    assert (found.path, found.source) == (cache / "small-0.1.0.tgz", UNSTATED)


def test_a_published_chart_is_pulled_into_the_cache(cache: Path, repository: str) -> None:
    found = find(Chart("small", repository, "0.1.0"))
    assert isinstance(found, Archive), found
    assert found.path == cache / "small-0.1.0.tgz"
    assert found.source == PUBLISHED
    with helm_python.Chart.load(found.path) as chart:
        assert (chart.name, chart.version) == ("small", "0.1.0")


def test_a_version_that_is_not_published_is_missing_with_a_reason(repository: str) -> None:
    found = find(Chart("small", repository, "9.9.9"))
    assert isinstance(found, Missing)
    assert repository in found.reason
    assert "9.9.9" in found.reason


def test_a_repository_out_of_reach_is_named(cache: Path) -> None:
    found = find(Chart("small", "https://charts.invalid/stable", "0.1.0"))
    assert isinstance(found, Missing)
    assert "charts.invalid cannot be reached" in found.reason
    assert str(cache) in found.reason
