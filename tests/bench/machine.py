"""The machine that figures are from, and how busy it was."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_BYTES_PER_GIB = 2**30


@dataclass(frozen=True)
class Machine:
    """The machine and the day, as they were before anything was measured."""

    description: str
    """Processor, cores and memory."""
    load: float
    """Processes that wanted to run, as a mean of the minute before: 0 is an idle machine."""
    day: str

    def __str__(self) -> str:
        return f"{self.description}, load {self.load:.1f}"


def this_machine() -> Machine:
    """What figures are from; to be asked before the work begins."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _BYTES_PER_GIB
    return Machine(
        f"{_processor()}, {cores} cores, {memory_gib:.0f} GiB", os.getloadavg()[0], datetime.now(UTC).date().isoformat()
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
