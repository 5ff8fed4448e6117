"""Servers in containers of the very images that are deployed, and whether this machine can run them."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse.versions import HIVE_IMAGE, MINIO_IMAGE, TRINO_IMAGE, Image
from tests.lake.processes import Server

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

VARIABLE = "ODOO_LAKEHOUSE_LAKE_SERVERS"
# PostgreSQL's is not among them: it holds no start-up of its own and runs only under its operator.
IMAGES = tuple(image.reference(None) for image in (MINIO_IMAGE, HIVE_IMAGE, TRINO_IMAGE))
# Who may read and write what a test keeps in its folders.
MYSELF = f"{os.getuid()}:{os.getgid()}"


@dataclass(frozen=True)
class Decision:
    """What the lake's servers are in this run, and why."""

    images: bool
    because: str

    @property
    def line(self) -> str:
        return f"lake servers: {'the pinned images' if self.images else 'plain processes'}, because {self.because}"


def decide(wanted: str | None, obstacle: Callable[[], str | None]) -> Decision:
    """`wanted` is the variable's value; raises ValueError where it can't be had, or is none of its values."""
    if wanted not in (None, "", "images", "processes"):
        raise ValueError(f"{VARIABLE}={wanted} names no kind of server. Set it to images or processes, or not at all.")
    if wanted == "processes":
        return Decision(False, f"{VARIABLE} says so")
    found = obstacle()
    if found is None:
        return Decision(True, f"a Docker engine has them: {', '.join(IMAGES)}")
    if wanted == "images":
        raise ValueError(f"{VARIABLE}=images can't be met: {found}. Mend that, or set it to processes.")
    return Decision(False, found)


@cache
def _decided(wanted: str | None) -> Decision | ValueError:
    try:
        return decide(wanted, obstacle)
    except ValueError as reason:
        return reason


def decision() -> Decision:
    """This run's, made when the first server is needed."""
    made = _decided(os.environ.get(VARIABLE))
    if isinstance(made, ValueError):
        raise made
    return made


def decision_line() -> str | None:
    """For the end of a run; None where no server was needed, or none could be had."""
    made = _decided(os.environ.get(VARIABLE)) if _decided.cache_info().currsize else None
    return made.line if isinstance(made, Decision) else None


def obstacle() -> str | None:
    """Why the images can't be used on this machine, None where they can: what is not there is pulled."""
    from docker.errors import DockerException, ImageNotFound
    from testcontainers.core.docker_client import DockerClient

    try:
        engine = DockerClient().client
        facts = engine.info()
    except (DockerException, OSError):
        return "no Docker engine answers"
    # Servers and tests share loopback, files and users.
    if facts["Name"] != socket.gethostname():
        return f"the Docker engine is not this machine's but that of {facts['Name']}"
    if any(option in ("name=rootless", "name=userns") for option in facts.get("SecurityOptions") or ()):
        return "the Docker engine gives its containers users and a network of their own"
    for image in IMAGES:
        try:
            try:
                engine.images.get(image)
            except ImageNotFound:
                engine.images.pull(image)
        except (DockerException, OSError) as error:
            return f"the Docker engine can't pull {image}: {str(error).splitlines()[0]}"
    return None


class Container(Server):
    """A container on this machine's own network. Killed, it leaves nothing; started again, it is a new one."""

    def __init__(
        self,
        image: Image,
        command: Sequence[str] = (),
        *,
        folders: Mapping[Path, str],
        log: Path,
        environment: Mapping[str, str],
        is_ready: Callable[[], bool] = lambda: True,
        user: str | None = None,
        seconds: float = 120,
    ) -> None:
        """No command and no user means the image's own; `folders` are paths here and where they are seen in it."""
        super().__init__(log=log, is_ready=is_ready, seconds=seconds)
        self.image, self.command, self.user = image.reference(None), list(command), user
        self.folders, self.environment = dict(folders), dict(environment)
        self._container: DockerContainer | None = None

    def begin(self) -> None:
        from testcontainers.core.config import testcontainers_config
        from testcontainers.core.container import DockerContainer

        # It would need one more image and the engine's socket, to end what its starter ends.
        testcontainers_config.ryuk_disabled = True
        options: dict[str, Any] = {"network": "host"}
        if self.command:
            options["entrypoint"] = self.command[:1]
        if self.user:
            options["user"] = self.user
        volumes = [(str(here), there, "rw") for here, there in self.folders.items()]
        container = DockerContainer(self.image, env=self.environment, volumes=volumes).with_kwargs(**options)
        try:
            container.with_command(self.command[1:]).start()
        except BaseException:
            container.stop()
            raise
        self._container = container

    def has_ended(self) -> bool:
        if self._container is None:
            return True
        self._container.reload()
        return self._container.status != "running"

    def kill(self) -> None:
        if self._container is not None:
            from docker.errors import APIError

            # Refused where it has ended by itself.
            with suppress(APIError):
                self._container.get_wrapped_container().kill()
            self._collect()

    def run_to_its_end(self) -> None:
        """For one that is no server; raises RuntimeError with the end of its log when it fails."""
        self.begin()
        code = self._collect()
        if code:
            end = self.log.read_text(errors="replace")[-4000:]
            raise RuntimeError(f"{self.log.stem} ended with code {code}:\n{end}")

    def _collect(self) -> int:
        """Its exit code, once it has ended; what it said goes to the log, and the container away."""
        assert self._container is not None
        container, self._container = self._container, None
        try:
            code = container.wait()
            with self.log.open("ab") as log:
                log.writelines(container.get_logs())
        finally:
            container.stop()
        return code
