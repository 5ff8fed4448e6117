"""Servers of this process and of others on loopback: kept serving for a while, waited for."""

from __future__ import annotations

import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer


@contextmanager
def listening(server: HTTPServer) -> Iterator[str]:
    """Serve in a thread, close on the way out; yields the plain HTTP address, without a slash at the end."""
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def wait_until_answers(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return when `url` answers well; raises RuntimeError when the process ends first, TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with exit code {process.returncode} before {url} answered")
        if answers(url):
            return
        time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer after {seconds:.0f} s")


def answers(url: str) -> bool:
    """Whether `url` answers well, within 5 s."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False
