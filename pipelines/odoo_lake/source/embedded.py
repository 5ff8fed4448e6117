"""A PostgreSQL server from a wheel, for the demo and the tests; it listens on a Unix socket only."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from odoo_lake.errors import UserError
from odoo_lake.parent_death import interrupt_with_parent
from odoo_lake.source.embedded_place import Place, place_for

SUPERUSER = "postgres"
_START_SECONDS = 60
_STOP_SECONDS = 60
_SOCKET_FILE = ".s.PGSQL.5432"
# The shortest limit of the systems that it runs on, with the terminating zero.
_SOCKET_PATH_BYTES = 103
_SPEED_OVER_SAFETY = ("fsync", "synchronous_commit", "full_page_writes")


class EmbeddedPostgres:
    """A running server; `url` addresses one of its databases as superuser."""

    def __init__(self, data_directory: Path, socket_directory: Path) -> None:
        self.data_directory = data_directory
        self._socket_directory = socket_directory

    def url(self, database: str, user: str = SUPERUSER, password: str = "") -> str:
        credentials = f"{quote(user)}:{quote(password)}" if password else quote(user)
        return f"postgresql://{credentials}@/{quote(database)}?host={quote(str(self._socket_directory), safe='')}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def recreate_database(self, name: str) -> str:
        """Drop `name` if it exists, create it empty, and return its URL."""
        self.execute(f'drop database if exists "{name}" with (force)')
        self.execute(f'create database "{name}"')
        return self.url(name)


@contextmanager
def embedded_postgres(data_directory: Path, *, durable: bool = True) -> Iterator[EmbeddedPostgres]:
    """Start the server on `data_directory` (made if absent) and stop it on the way out.

    It also stops when this process is killed (Linux). `durable=False` gives up crash safety of the machine for speed.
    For root, where nobody else can enter `data_directory`, the data lie below the folder for temporary files. Raises
    UserError when another server has the directory or it does not start.
    """
    place = place_for(data_directory.resolve())
    _initialise(place)
    with _socket_directory(place) as sockets:
        process = _start(place, sockets, durable=durable)
        server = EmbeddedPostgres(place.data, sockets)
        try:
            _await(server, process, place)
            yield server
        finally:
            _stop(process)


def _initialise(place: Place) -> None:
    if (place.data / "PG_VERSION").is_file():
        return
    # Complete under another name first: a directory cut short looks like a finished one.
    unfinished = place.data.with_name(f"{place.data.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    place.give(unfinished)
    arguments = ["-D", str(unfinished), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    done = _run(place, [str(place.programs / "initdb"), *arguments])
    if done.returncode:
        raise _not_started(place, done.stderr.strip() or done.stdout.strip())
    if place.data.is_dir():
        place.data.rmdir()
    unfinished.rename(place.data)


def _run(place: Place, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    account = place.account
    return subprocess.run(
        arguments,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def _socket_directory(place: Place) -> Iterator[Path]:
    if len(bytes(place.data / _SOCKET_FILE)) <= _SOCKET_PATH_BYTES:
        yield place.data
        return
    with tempfile.TemporaryDirectory(prefix="odoo-lake-") as folder:
        place.give(Path(folder))
        yield Path(folder)


def _start(place: Place, sockets: Path, *, durable: bool) -> subprocess.Popen[bytes]:
    _await_other_server(place)
    settings = {"listen_addresses": "", "unix_socket_directories": str(sockets), "timezone": "UTC", "port": "5432"}
    if not durable:
        settings |= dict.fromkeys(_SPEED_OVER_SAFETY, "off")
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    account = place.account
    with (place.data / "log").open("ab") as log:
        return subprocess.Popen(
            [str(place.programs / "postgres"), "-D", str(place.data), *options],
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C at the terminal is for this program, which stops the server when it is done with it.
            start_new_session=True,
            preexec_fn=interrupt_with_parent,  # noqa: PLW1509 - nothing but system calls
        )


def _await_other_server(place: Place) -> None:
    """Wait until a server whose parent was killed has stopped; raises UserError when it does not."""
    deadline = time.monotonic() + _STOP_SECONDS / 4
    while (pid := _other_server(place.data / "postmaster.pid")) is not None:
        if time.monotonic() > deadline:
            raise UserError(
                f"A PostgreSQL server, process {pid}, already runs on {place.data}.",
                "Two servers on the same files would destroy them, so none was started.",
                f"End the command that uses it. If there is none: kill -INT {pid}.",
            )
        time.sleep(0.2)


def _other_server(pid_file: Path) -> int | None:
    """The process that a lock file names, if it lives and is PostgreSQL."""
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if Path("/proc/self").exists():
        with contextlib.suppress(FileNotFoundError):
            state = Path(f"/proc/{pid}/stat").read_text()
            # A zombie has stopped; nobody has asked for its exit code.
            return pid if "(postgres)" in state and ") Z " not in state else None
        return None
    try:
        os.kill(pid, 0)
    except OSError:
        return None
    return pid


def _await(server: EmbeddedPostgres, process: subprocess.Popen[bytes], place: Place) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(server.url("postgres"), connect_timeout=5).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            lines = (place.data / "log").read_text(errors="replace").strip().splitlines()
            raise _not_started(place, lines[-1] if lines else f"exit code {process.returncode}")
        time.sleep(0.05)


def _not_started(place: Place, reason: str) -> UserError:
    return UserError(
        f"PostgreSQL can't be started on {place.data}: {reason}",
        "There is no database to work with.",
        f"If the reason does not help, remove {place.data}: it is made anew.",
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    for stop in (signal.SIGINT, signal.SIGQUIT):
        if process.poll() is None:
            process.send_signal(stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
            return
    process.kill()
    process.wait()
