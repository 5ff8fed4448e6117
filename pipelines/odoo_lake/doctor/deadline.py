"""Reads that run side by side and are all given up at one moment, however slow the other end is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

# The command promises ten seconds, its start and its printing included.
READ_SECONDS = 8.0
PARALLEL_READS = 32

T = TypeVar("T")


class LateError(Exception):
    """Something was not read in time; the message says so."""


class Reads:
    """A budget of seconds that all reads share, from now on."""

    def __init__(self, seconds: float = READ_SECONDS) -> None:
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._slots = threading.BoundedSemaphore(PARALLEL_READS)

    def start(self, read: Callable[[], T]) -> Future[T]:
        """Begin to read; nobody waits for the thread of a read that is given up, not even the end of the program."""
        future: Future[T] = Future()

        def run() -> None:
            with self._slots:
                if self._left() <= 0:
                    return
                try:
                    future.set_result(read())
                except Exception as failure:
                    future.set_exception(failure)

        threading.Thread(target=run, daemon=True).start()
        return future

    def result(self, future: Future[T]) -> T:
        """What was read, or what the read raised; LateError at the end of the budget."""
        try:
            return future.result(max(0.0, self._left()))
        except TimeoutError as error:
            raise LateError(f"could not be read in time: no answer within {self._seconds:g} s") from error

    def _left(self) -> float:
        return self._ends - time.monotonic()
