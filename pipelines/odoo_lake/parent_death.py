"""Child processes that do not outlive their parent."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def interrupt_with_parent() -> None:
    """Called in a new child: on Linux the kernel interrupts it when its parent dies, however that dies."""
    # A shell's background job ignores interrupts, and so would its children.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
