"""Servers on loopback: started, waited for, stopped by whoever started them. Here as plain processes."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class Server(ABC):
    """A server that can be killed and started again, in whatever it runs."""

    def __init__(self, *, log: Path, is_ready: Callable[[], bool], seconds: float = 120) -> None:
        self.log, self.is_ready, self.seconds = log, is_ready, seconds

    @abstractmethod
    def begin(self) -> None:
        """Start it; it need not be ready."""

    @abstractmethod
    def has_ended(self) -> bool:
        """Whether what was begun is over without having been killed."""

    @abstractmethod
    def kill(self) -> None:
        """End it at once, as a crash would, and leave all that it said in the log."""

    def start(self) -> None:
        """Start and wait; raises RuntimeError with the end of the log when it does not become ready."""
        self.begin()
        deadline = time.monotonic() + self.seconds
        while not self.is_ready():
            if self.has_ended() or time.monotonic() > deadline:
                self.kill()
                end = "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])
                raise RuntimeError(f"{self.log.stem} did not start:\n{end}")
            time.sleep(0.2)

    @contextmanager
    def running(self) -> Iterator[None]:
        try:
            self.start()
            yield
        finally:
            self.kill()


class Process(Server):
    """One process of this machine."""

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
        super().__init__(log=log, is_ready=is_ready, seconds=seconds)
        self.arguments, self.directory = list(arguments), directory
        self.environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.arguments, cwd=self.directory, env=self.environment, stdout=log, stderr=log
            )

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


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
