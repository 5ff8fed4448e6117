"""How long work tells of itself: a bar on a terminal, structured lines elsewhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
    ],
    # Standard output is for results.
    logger_factory=structlog.PrintLoggerFactory(sys.stderr),
)
log = structlog.get_logger("odoo_lake")
# A lost connection is told once, in the user's words.
logging.getLogger("psycopg").setLevel(logging.ERROR)


class Reporter(Protocol):
    """What long work calls: how many steps there are, and what each was."""

    def start(self, steps: int) -> None: ...

    def step(self, what: str, **facts: object) -> None: ...


class _Bar:
    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=None, what="")

    def start(self, steps: int) -> None:
        self._progress.update(self._task, total=steps)

    def step(self, what: str, **_: object) -> None:
        self._progress.update(self._task, advance=1, what=what)


class _Lines:
    def __init__(self, title: str) -> None:
        self._title = title

    def start(self, steps: int) -> None:
        log.info(f"{self._title} started", steps=steps)

    def step(self, what: str, **facts: object) -> None:
        log.info(self._title, step=what, **facts)


class Silent:
    """Says nothing; for tests and benchmarks."""

    def start(self, steps: int) -> None: ...

    def step(self, what: str, **facts: object) -> None: ...


@contextmanager
def reporting(title: str) -> Iterator[Reporter]:
    """A reporter that fits where standard error goes."""
    if not sys.stderr.isatty():
        yield _Lines(title)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress, title)
