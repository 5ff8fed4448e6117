"""The speed of `odoo-lake extract` next to PostgreSQL's own COPY of the same columns."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from odoo_lake.lake.commits import read_log
from odoo_lake.lake.duck import identifier
from odoo_lake.lake.location import parse_lake
from odoo_lake.source.odoo import inspect
from odoo_lake.source.projection import project
from odoo_lake.workspace import Workspace
from tests.bench.processes import measure
from tests.bench.programs import ODOO_LAKE, psql, seconds_until_rows_are_written

ROUNDS = 3
# What the command has in memory before it reads: its modules, the contracts and the settings.
_IDLE = """
import time
import odoo_lake.cli.app, odoo_lake.extract.run
from odoo_lake.workspace import open_workspace
open_workspace()
time.sleep(0.3)
"""


@dataclass(frozen=True)
class Round:
    """One COPY and one extraction after it."""

    rows: int
    copy_seconds: float
    rows_seconds: float
    """From the command's start until its last row is written."""
    command_seconds: float
    """The whole command: also Odoo's figures for reconciliation, and the commit."""
    peak_mib: float


@dataclass(frozen=True)
class Speed:
    """Medians of all rounds."""

    rows: int
    copy_seconds: float
    rows_seconds: float
    command_seconds: float
    extra_mib: float

    @property
    def ratio(self) -> float:
        return self.copy_seconds / self.rows_seconds

    @property
    def command_ratio(self) -> float:
        return self.copy_seconds / self.command_seconds


def extraction_speed(workspace: Workspace, url: str, lake: Path, hash_key: str) -> Speed:
    """Measure in turns, each extraction into an empty lake; `lake` holds the last one's afterwards."""
    statements = copy_statements(workspace, url)
    _copy(url, statements)  # warms the cache
    rounds = [_round(url, statements, lake, hash_key) for _ in range(ROUNDS)]
    idle_mib = measure([sys.executable, "-c", _IDLE]).peak_mib
    return Speed(
        rows=rounds[0].rows,
        copy_seconds=median(r.copy_seconds for r in rounds),
        rows_seconds=median(r.rows_seconds for r in rounds),
        command_seconds=median(r.command_seconds for r in rounds),
        extra_mib=max(r.peak_mib for r in rounds) - idle_mib,
    )


def copy_statements(workspace: Workspace, url: str) -> str:
    """A script that copies every table's extracted columns as they are; psql discards the rows."""
    source = workspace.source(url)
    with source.connect() as connection:
        database = inspect(connection, source, workspace.catalogue)
    script = []
    for contract in workspace.catalogue.values():
        if contract.relation not in database.relations:
            continue
        relation = database.relations[contract.relation]
        columns = ", ".join(identifier(c.name) for c in project(contract, relation, with_hash_key=True).columns)
        rows = f"select {columns} from {identifier(contract.relation)} where {contract.row_filter or 'true'}"
        script.append(f"copy ({rows}) to stdout (format binary);")
    return "\n".join(["\\o /dev/null", *script])


def _copy(url: str, statements: str) -> float:
    options = ["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"]
    return measure([psql(), *options, url], stdin=statements).seconds


def _round(url: str, statements: str, lake: Path, hash_key: str) -> Round:
    copy_seconds = _copy(url, statements)
    shutil.rmtree(lake, ignore_errors=True)
    done = measure(
        [ODOO_LAKE, "extract", "--source", url, "--lake", str(lake)], environment={"ODOO_LAKE_HASH_KEY": hash_key}
    )
    last = read_log(parse_lake(str(lake)).layer("bronze")).last
    if last is None:
        raise RuntimeError("The extraction committed nothing.")
    return Round(
        rows=sum(table.rows_written for table in last.tables.values()),
        copy_seconds=copy_seconds,
        rows_seconds=seconds_until_rows_are_written(done),
        command_seconds=done.seconds,
        peak_mib=done.peak_mib,
    )
