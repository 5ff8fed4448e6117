"""Where a chart's archive is found: the cache folder, then the chart's own repository.

An archive lies in the cache as `<name>-<version>.tgz`, beside a note `<name>-<version>.source` that says where it is
from. Nothing here renders.
"""

from __future__ import annotations

import functools
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from lakehouse.versions import Chart

PUBLISHED = "the archive that the chart's repository publishes"
UNSTATED = "an archive put into the cache by hand"
REACH_SECONDS = 3.0
PULL_SECONDS = 60.0

# In a process of its own: the library has no time-out.
_PULL = """
import sys, helm_python
reference, version, repository, folder = sys.argv[1:]
helm_python.pull(reference, version=version, repo_url=repository or None, destination=folder)
"""


@dataclass(frozen=True)
class Archive:
    chart: Chart
    path: Path

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @property
    def source(self) -> str:
        """Where it is from, in words."""
        note = self.path.with_suffix(".source")
        return note.read_text().strip() if note.exists() else UNSTATED


@dataclass(frozen=True)
class Missing:
    """A chart that cannot be rendered here, and why."""

    chart: Chart
    reason: str


def cache_folder() -> Path:
    """`ODOO_LAKEHOUSE_CHARTS`, else a folder of the XDG cache."""
    chosen = os.environ.get("ODOO_LAKEHOUSE_CHARTS")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "odoo-lakehouse" / "charts"


@functools.cache
def find(chart: Chart) -> Archive | Missing:
    """The archive of the pinned version, pulled into the cache when it is not there."""
    path = cache_folder() / chart.archive
    if path.exists():
        return Archive(chart, path)
    address = urlsplit(chart.repository)
    if not _reachable(address.hostname or "", address.port or 443):
        return Missing(chart, f"not in {cache_folder()}, and {address.netloc} cannot be reached")
    return _pull(chart, path)


@functools.cache
def _reachable(host: str, port: int) -> bool:
    if getproxies():
        return True  # the proxy answers for it
    try:
        socket.create_connection((host, port), timeout=REACH_SECONDS).close()
    except OSError:
        return False
    return True


def _pull(chart: Chart, path: Path) -> Archive | Missing:
    reference, repository = (chart.repository, "") if chart.is_oci else (chart.name, chart.repository)
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                [sys.executable, "-c", _PULL, reference, chart.version, repository, folder],
                check=True,
                capture_output=True,
                text=True,
                timeout=PULL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return Missing(chart, f"not in {cache_folder()}, and {chart.repository} took over {PULL_SECONDS:.0f} s")
        except subprocess.CalledProcessError as error:
            said = error.stderr.strip().splitlines()[-1:] or ["no message"]
            return Missing(chart, f"not in {cache_folder()}, and pulling from {chart.repository} failed: {said[0]}")
        pulled = Path(folder) / path.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".source").write_text(PUBLISHED + "\n")
        # Whole or not at all, since another process may look for it now.
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(pulled.read_bytes())
        partial.replace(path)
    return Archive(chart, path)
