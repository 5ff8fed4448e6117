"""DataHub's ingestion program, installed apart from ours: it needs other versions of the same libraries."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.object_store import CACHE

LOCK = Path(__file__).with_name("requirements.lock")


@dataclass(frozen=True)
class DataHubProgram:
    """The `datahub` command and the Python that it runs on."""

    python: Path

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Python with these arguments, and no more of the environment than it is given."""
        variables = {"PATH": os.environ["PATH"], "DATAHUB_TELEMETRY_ENABLED": "false", **(environment or {})}
        command = [str(self.python), *arguments]
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="session")
def datahub() -> DataHubProgram:
    """Installed once into the cache, at the versions of requirements.lock."""
    folder = CACHE / f"datahub-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "datahub.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").is_file():
            _install(folder)
    return DataHubProgram(folder / "bin" / "python")


def _install(folder: Path) -> None:
    """Skips with the reason where the registry can't be reached."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    done = subprocess.run([*pip, "--requirement", str(LOCK)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"DataHub's ingestion program can't be installed: {done.stderr.strip().splitlines()[-1:]}")
    (folder / "complete").touch()
