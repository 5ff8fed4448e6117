"""One running container, looked at from inside with what nearly every image has: a shell and /proc."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

import testinfra  # type: ignore[import-untyped]

from tests.cluster.control_plane import Object

TIMEOUT_SECONDS = 5
LISTENING = "0A"
# The first of these that the image has decides; its exit code is 0 when the connection was made.
PYTHON = "import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), {seconds}).close()"
NOT_FOUND = 127


@dataclass(frozen=True)
class Probe:
    """A container of a pod. `host` runs commands in it through `kubectl exec`."""

    pod: Object
    container: str
    host: Any

    @classmethod
    def of(cls, pod: Object, container: str, kubeconfig: str | None = None) -> Probe:
        """Reach a container; without `kubeconfig`, as kubectl does by itself."""
        metadata = pod["metadata"]
        options = {"namespace": metadata["namespace"], "container": container, "kubeconfig": kubeconfig}
        chosen = {key: value for key, value in options.items() if value}
        return cls(pod, container, testinfra.get_host(f"kubectl://{metadata['name']}", **chosen))

    def __str__(self) -> str:
        metadata = self.pod["metadata"]
        return f"{metadata['namespace']}/{metadata['name']}/{self.container}"

    @property
    def answers(self) -> bool:
        """Whether the image has a shell at all; some have none, and then nothing can be run in it."""
        return bool(self.host.run("true").rc == 0)

    @property
    def user_id(self) -> int:
        """The user that the container's first process runs as."""
        status = self.host.check_output("cat /proc/1/status")
        line = next(line for line in status.splitlines() if line.startswith("Uid:"))
        return int(line.split()[1])

    @property
    def listening_ports(self) -> set[int]:
        """TCP ports that something in the pod listens on; it needs no ss or netstat."""
        table = self.host.check_output("cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || cat /proc/net/tcp")
        return listening_ports(table)

    def resolves(self, name: str) -> bool:
        return bool(self.host.run("getent hosts %s", name).rc == 0)

    def connects(self, host: str, port: int) -> bool | None:
        """Whether a TCP connection is made within some seconds; None where the image has nothing to try it with."""
        code = shlex.quote(PYTHON.format(seconds=TIMEOUT_SECONDS))
        bash = shlex.quote(f"exec 3<>/dev/tcp/{host}/{port}")
        attempts = (
            f"command -v python3 >/dev/null || exit {NOT_FOUND}; python3 -c {code} {host} {port}",
            f"command -v bash >/dev/null || exit {NOT_FOUND}; timeout {TIMEOUT_SECONDS} bash -c {bash}",
            f"command -v nc >/dev/null || exit {NOT_FOUND}; nc -z -w {TIMEOUT_SECONDS} {host} {port}",
        )
        for attempt in attempts:
            result = self.host.run(attempt)
            if result.rc != NOT_FOUND:
                return bool(result.rc == 0)
        return None

    def has_content(self, path: str) -> bool:
        """Whether a mounted file or folder is there and not empty."""
        quoted = shlex.quote(path)
        return bool(self.host.run(f"test -s {quoted} && {{ test -f {quoted} || ls -A {quoted} | grep -q .; }}").rc == 0)


def listening_ports(table: str) -> set[int]:
    """The ports of /proc/net/tcp's lines whose state is LISTEN."""
    fields = (line.split() for line in table.splitlines())
    return {int(f[1].rpartition(":")[2], 16) for f in fields if len(f) > 3 and f[3] == LISTENING}
