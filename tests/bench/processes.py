"""Run a command and measure it: seconds, and the resident memory of all its processes together."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_SAMPLE_SECONDS = 0.05
_KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Measured:
    """A command that ended well."""

    started_at: datetime
    seconds: float
    peak_mib: float
    """Resident memory of the command and the processes below it, at its highest."""
    output: str
    log: str


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None, stdin: str = "") -> Measured:
    """Run a command to its end; raises RuntimeError with its last lines when it fails."""
    with (
        tempfile.TemporaryFile("w+") as output,
        tempfile.TemporaryFile("w+") as log,
        tempfile.TemporaryFile("w+") as given,
    ):
        given.write(stdin)
        given.seek(0)
        started_at, begin = datetime.now(UTC), time.monotonic()
        process = subprocess.Popen(
            command, stdin=given, stdout=output, stderr=log, env={**os.environ, **(environment or {})}
        )
        watch = _MemoryWatch(process.pid)
        process.wait()
        seconds = time.monotonic() - begin
        peak_mib = watch.stop()
        output.seek(0)
        log.seek(0)
        result = Measured(started_at, seconds, peak_mib, output.read(), log.read())
    if process.returncode:
        lines = "\n".join((result.output + result.log).splitlines()[-20:])
        raise RuntimeError(f"{' '.join(map(str, command[:3]))} ended with exit code {process.returncode}:\n{lines}")
    return result


class _MemoryWatch:
    """Follows a process and its descendants through /proc from a thread; elsewhere than on Linux it sees nothing."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak_kib = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def stop(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._peak_kib / _KIB_PER_MIB

    def _follow(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            # The kernel's own high-water mark of the command itself misses nothing between two samples.
            together = sum(_kib(pid, "VmRSS") for pid in _with_descendants(self._pid))
            self._peak_kib = max(self._peak_kib, together, _kib(self._pid, "VmHWM"))


def _with_descendants(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def _kib(pid: int, field: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{field}:")), 0)
