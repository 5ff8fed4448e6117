"""Parts that every tier shares: servers are started once for the whole session of tests."""

from __future__ import annotations

import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from odoo_lake.lake.location import Lake, parse_lake
from odoo_lake.source.embedded import EmbeddedPostgres, embedded_postgres
from odoo_lake.workspace import Workspace, open_workspace
from tests.lake.containers import decision_line
from tests.object_store import ObjectStore, object_store

NOTE = "note"
"""The property by which a test says something at the end of the session; each note is said once."""


class FolderScheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist comes without types
    """Keeps each folder in one process, since its servers are started once."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", maxsplit=1)[0].rpartition("/")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FolderScheduling:
    return FolderScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tier, whose folders go to two processes."""
    items.sort(key=lambda item: tier(item.nodeid) != "lake")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """End with what tests noted, and one line for each tier of which something could not run, and why."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    for note in notes(reports):
        terminalreporter.write_line(note)
    for line in skip_lines([(report.nodeid, report.longrepr) for report in terminalreporter.getreports("skipped")]):
        terminalreporter.write_line(line, yellow=True)


def notes(reports: Iterable[object]) -> list[str]:
    """What tests noted, each once, in the order of its first."""
    properties = (pair for report in reports for pair in getattr(report, "user_properties", ()))
    return list(dict.fromkeys(str(value) for name, value in properties if name == NOTE))


def tier(test: str) -> str:
    """The folder below `tests` that a test is in."""
    return test.split("/")[1] if test.count("/") > 1 else "tests"


def skip_lines(skipped: Iterable[tuple[str, object]]) -> list[str]:
    """Test and pytest's account of its skip, as a line for each tier with every reason once."""
    reasons: dict[str, Counter[str]] = {}
    for test, account in skipped:
        reason = str(account[2] if isinstance(account, tuple) else account)
        reasons.setdefault(tier(test), Counter())[reason.removeprefix("Skipped: ")] += 1
    return [
        f"tier {name}: not run: {'; '.join(f'{count} x {reason}' for reason, count in sorted(found.items()))}"
        for name, found in sorted(reasons.items())
    ]


@pytest.fixture(autouse=True)
def _what_the_servers_are(record_property: Callable[[str, object], None]) -> Iterator[None]:
    yield
    if line := decision_line():
        record_property(NOTE, line)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A real PostgreSQL server, started once."""
    with tempfile.TemporaryDirectory(prefix="odoo-lake-test-") as folder:
        # Root's server runs as somebody else, who must get there.
        Path(folder).chmod(0o711)
        with embedded_postgres(Path(folder) / "data", durable=False) as server:
            yield server


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return open_workspace()


@pytest.fixture(scope="session")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("minio")) as store:
        yield store


@pytest.fixture
def s3_lake(minio: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """An empty lake of three buckets."""
    for name, value in minio.environment.items():
        monkeypatch.setenv(name, value)
    name = f"lake-{uuid.uuid4().hex[:8]}"
    for layer in ("bronze", "silver", "gold"):
        minio.client.create_bucket(Bucket=f"{name}-{layer}")
    return parse_lake(f"s3://{name}")
