"""Servers as plain processes on loopback: started, waited for, stopped by the process that was started."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class Server:
    """One process, which can be killed and started again."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        directory: Path,
        log: Path,
        environment: Mapping[str, str],
        is_ready: Callable[[], bool],
        seconds: float = 120,
    ) -> None:
        self.arguments = list(arguments)
        self.directory, self.log = directory, log
        self.environment = {**os.environ, **environment}
        self.is_ready, self.seconds = is_ready, seconds
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait; raises RuntimeError with the end of the log when it does not become ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.arguments, cwd=self.directory, env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + self.seconds
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                end = "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])
                raise RuntimeError(f"{self.log.stem} did not start:\n{end}")
            time.sleep(0.2)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def running(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            self.kill()


def accepts_connections(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def forwarded(socket_path: Path) -> Iterator[int]:
    """A loopback port whose connections go to a Unix socket: Java's drivers know no other kind."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(socket_path))
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=_pump, args=(source, target), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                end.close()
