from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ODOO_LAKE = str(Path(sys.executable).with_name("odoo-lake"))


def odoo_lake(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run([ODOO_LAKE, *map(str, arguments)], capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Demo:
    """A demo that has run, on a small company."""

    folder: Path
    output: str

    @property
    def lake(self) -> Path:
        return self.folder / "lake"

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    def query(self, statement: str) -> list[dict[str, Any]]:
        """What `odoo-lake query` prints."""
        done = odoo_lake("query", statement, "--lake", self.lake, "--format", "json")
        assert done.returncode == 0, done.stderr
        rows: list[dict[str, Any]] = json.loads(done.stdout)
        return rows


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="odoo-lake-test-") as name:
        # Root's PostgreSQL runs as somebody else, who must get there.
        Path(name).chmod(0o711)
        folder = Path(name) / "demo"
        done = odoo_lake("demo", "--directory", folder, "--scale", "small")
        assert done.returncode == 0, done.stderr + done.stdout
        yield Demo(folder, done.stdout + done.stderr)
