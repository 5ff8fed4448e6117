"""The large sample company, in a PostgreSQL server of the benchmark's own; kept between runs where the disk allows."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import psycopg

from odoo_lake.source.embedded import EmbeddedPostgres, embedded_postgres
from tests.bench.processes import Measured, measure
from tests.bench.programs import ODOO_LAKE

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "odoo-lakehouse" / "bench"
ODOO_VERSION = 18
SEED = 1
_NEEDED_GIB = 12
_BYTES_PER_GIB = 2**30


@dataclass(frozen=True)
class Generation:
    """How the database was made in this run."""

    measured: Measured
    journal_items: int


@dataclass(frozen=True)
class Company:
    """The database; `generation` is None when it was there."""

    url: str
    generation: Generation | None
    server: EmbeddedPostgres
    """Which other databases can be made on."""


@contextmanager
def large_company(scale: str, *, anew: bool) -> Iterator[Company]:
    """A database of today's generator, one per scale; earlier generators' are removed.

    Raises RuntimeError without room for it.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    free_gib = shutil.disk_usage(CACHE).free / _BYTES_PER_GIB
    if free_gib < _NEEDED_GIB:
        raise RuntimeError(f"{CACHE} has {free_gib:.0f} GiB free; the benchmark needs {_NEEDED_GIB}.")
    with embedded_postgres(CACHE / "postgres", durable=False) as server:
        name = f"{scale}_{_generator_digest()}"
        made = _databases(server)
        outdated = {other for other in made if not other.endswith(_generator_digest())}
        for other in outdated | ({name} & made if anew else set()):
            server.execute(f'drop database "{other}" with (force)')
        generation = None
        if anew or name not in made:
            generation = _generate(server.recreate_database(f"unfinished_{name}"), scale)
            server.execute(f'alter database "unfinished_{name}" rename to "{name}"')
        server.execute("checkpoint")
        yield Company(server.url(name), generation, server)


def _generate(url: str, scale: str) -> Generation:
    options = ("--source", url, "--odoo-version", str(ODOO_VERSION), "--scale", scale, "--seed", str(SEED))
    measured = measure([ODOO_LAKE, "sample", *options])
    with psycopg.connect(url, autocommit=True) as connection:
        # As autovacuum would have: a real database has statistics, and its rows are no longer new.
        connection.execute("vacuum (analyze)")
        row = connection.execute("select count(*) from account_move_line").fetchone()
    return Generation(measured, row[0] if row else 0)


def _databases(server: EmbeddedPostgres) -> set[str]:
    with psycopg.connect(server.url("postgres")) as connection:
        rows = connection.execute("select datname from pg_database where not datistemplate").fetchall()
    return {str(name) for (name,) in rows if re.fullmatch(r"(?:unfinished_)?[a-z]+_[0-9a-f]{12}", name)}


def _generator_digest() -> str:
    """Changes with whatever the generator writes."""
    digest = hashlib.sha256()
    package = Path(str(files("odoo_lake.sample")))
    for path in sorted(path for path in package.rglob("*") if path.suffix in {".py", ".sql", ".csv"}):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
