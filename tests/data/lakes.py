"""Lakes that the data tier builds once each, by the commands that a user gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from typer.testing import CliRunner

from odoo_lake.cli.app import app
from odoo_lake.source.connection import SOURCE_VARIABLE
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.workspace import HASH_KEY_VARIABLE
from tests.data.companies import DUMPS, VERSIONS, SampleDatabases, load_dump

HASH_KEY = "CANARY-hash-key-of-the-data-tier"
SAMPLES = tuple(f"sample{version}" for version in VERSIONS)
REAL = ("odoo17", "odoo18")
CHANGING = "changing18"
"""The lake of a database of its own, for tests that change both."""
READER = "odoo_lake_reader"


@dataclass(frozen=True)
class Command:
    """What a command of `odoo-lake` came to."""

    exit_code: int
    output: str
    """Standard output."""
    log: str
    """Standard error."""


@dataclass(frozen=True)
class Place:
    """A database, the lake that is made of it, and the project that makes it."""

    source: str
    """URL of the login that `odoo-lake grants` prints."""
    owner: str
    """URL of the database's owner."""
    root: Path
    project: Path | None = None
    """A changed copy of the project; None for the project itself."""

    @property
    def environment(self) -> dict[str, str]:
        given = {SOURCE_VARIABLE: self.source, "ODOO_LAKE_ROOT": str(self.root), HASH_KEY_VARIABLE: HASH_KEY}
        return given | ({"ODOO_LAKE_PROJECT": str(self.project)} if self.project else {})

    def command(self, *arguments: str) -> Command:
        """Run `odoo-lake` as a process of its own, under the reader's login."""
        done = subprocess.run(
            [program("odoo-lake"), *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Command(done.returncode, done.stdout, done.stderr)

    def query(self, statement: str, *options: str) -> list[dict[str, Any]]:
        """What `odoo-lake query --format json` prints."""
        return json.loads(self._printed("query", statement, "--format", "json", *options))  # type: ignore[no-any-return]

    def reconciliation(self, *options: str) -> dict[str, Any]:
        """What `odoo-lake reconcile --format json` prints."""
        return json.loads(self._printed("reconcile", "--format", "json", *options))  # type: ignore[no-any-return]

    def odoo(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask Odoo's database, as its owner."""
        with psycopg.connect(self.owner, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def tables(self) -> dict[tuple[str, str], int]:
        """Schema and name of each published table, and its rows."""
        [row] = self.query("select publication from meta.publication")
        return {(t["table_schema"], t["name"]): t["rows"] for t in json.loads(row["publication"])["tables"]}

    def _printed(self, *arguments: str) -> str:
        result = CliRunner(env=self.environment).invoke(app, arguments, catch_exceptions=False)
        return result.stdout


@dataclass(frozen=True)
class BuiltLake:
    """A lake after its first `odoo-lake run`."""

    name: str
    version: int
    place: Place
    run: Command

    @property
    def is_sample(self) -> bool:
        return self.name in SAMPLES


class Lakes:
    """Each lake is built once, two at a time."""

    def __init__(self, server: EmbeddedPostgres, samples: SampleDatabases, folder: Path) -> None:
        self._server, self._samples, self._folder = server, samples, folder
        self._executor = ThreadPoolExecutor(2)
        self._started: dict[str, Future[BuiltLake]] = {}

    def start(self, names: Iterable[str]) -> None:
        """Begin with lakes that will be asked for."""
        for name in names:
            if name not in self._started and (name not in REAL or (DUMPS / f"{name}.sql.zst").is_file()):
                self._started[name] = self._executor.submit(self._build, name)

    def __getitem__(self, name: str) -> BuiltLake:
        self.start([name])
        return self._started[name].result()

    def close(self) -> None:
        self._executor.shutdown(cancel_futures=True)

    def _build(self, name: str) -> BuiltLake:
        version = int(name[-2:])
        if name in REAL:
            database = load_dump(self._server, version)
        else:
            database = self._samples.name(version, prefix=name.removesuffix(str(version)))
        place = granted_place(self._server, database, self._folder / name)
        return BuiltLake(name, version, place, place.command("run"))


def granted_place(
    server: EmbeddedPostgres, database: str, root: Path, *, role: str = READER, project: Path | None = None
) -> Place:
    """A place whose source is the login that `odoo-lake grants` prints for this database."""
    owner = server.url(database)
    printed = Place(owner, owner, root, project).command("grants", "--role", role)
    assert printed.exit_code == 0, printed.log
    server.execute(printed.output, database)
    return Place(server.url(database, role), owner, root, project)


def program(name: str) -> str:
    """A program that is installed beside this interpreter."""
    return str(Path(sys.executable).with_name(name))
