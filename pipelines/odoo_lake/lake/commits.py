"""The log of bronze: a run's files count once its commit, one object written last, is there.

Layout below `odoo/` of the bronze bucket:
    <table>/run_id=<run id>/*.parquet     rows, append-only
    <table>/*.parquet                     rows that Airbyte landed; a sweep copies them into its run
    _commits/<run id>.json                what a run added, or what a compaction replaced
    _state/<table>/<run id>.parquet       keys and row versions as a run left them; can be rebuilt
    _figures/<run id>/<check>.parquet     figures taken from the source in the run's snapshot
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, ValidationError

from odoo_lake.errors import UserError
from odoo_lake.lake.store import Store

ROOT = "odoo"
COMMITS = f"{ROOT}/_commits"
STATE = f"{ROOT}/_state"
FIGURES = f"{ROOT}/_figures"
RUN_FOLDER = "/run_id="


REPLACED_FILES_STAY = timedelta(days=1)


class CommitKind(StrEnum):
    EXTRACT = "extract"
    COMPACT = "compact"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataFile(_Model):
    """One Parquet file below the bronze bucket."""

    path: str
    rows: int
    bytes: int


class TableCommit(_Model):
    """What a commit says of one table."""

    files: tuple[DataFile, ...] = ()
    rows_written: int = 0
    rows_deleted: int = 0
    source_rows: int | None = None
    columns: dict[str, str] = {}
    """Column to bronze type and privacy, as this run read them."""
    key_state: str | None = None
    """The object with keys and row versions, for tables that are read by changes."""
    has_row_versions: bool = False
    cursor: datetime | None = None
    """The greatest cursor value seen, for sources whose row versions may not be read."""
    compared_at: datetime | None = None
    """When the table was last read and compared in full."""
    landed_until: str | None = None
    """The newest of Airbyte's files that was taken over."""


class Commit(_Model):
    """One run, or one compaction."""

    format: int = 1
    run_id: str
    kind: CommitKind
    extracted_at: datetime
    committed_at: datetime
    odoo_version: int
    odoo_full_version: str
    modules: tuple[str, ...] = ()
    source: str
    source_identity: str
    tables: dict[str, TableCommit]
    absent_tables: tuple[str, ...] = ()
    figures: dict[str, dict[str, str]] = {}
    """Day, check name, and the object with the figures that Odoo's own database gave for that day."""
    figures_key: str = ""
    """What the figures depend on beside Odoo's rows: the questions, their days and the business choices."""
    figure_errors: dict[str, str] = {}
    """Check name to the reason why this database could not be asked."""
    hash_key_id: str = ""
    """Which key columns were hashed with; empty where none was given."""
    rehashed_for: str = ""
    """The newest request to hash everything anew that was met."""
    replaced: tuple[str, ...] = ()
    """The files whose rows a compaction wrote anew; readers of an older publication may still read them."""
    earlier_extractions: tuple[datetime, ...] = ()
    """When the source was read before a compaction, whose commits it makes superfluous."""
    settings: dict[str, str] = {}
    """The business choices that the figures were taken with."""


class BronzeLog:
    """All commits in order; the state of every table follows from them."""

    def __init__(self, commits: tuple[Commit, ...]) -> None:
        self.commits = commits

    @property
    def extracts(self) -> tuple[Commit, ...]:
        return tuple(commit for commit in self.commits if commit.kind is CommitKind.EXTRACT)

    @property
    def last(self) -> Commit | None:
        """The newest extraction."""
        return self.extracts[-1] if self.extracts else None

    @property
    def extraction_times(self) -> tuple[datetime, ...]:
        """When the source was read, ever."""
        earlier = {moment for commit in self.commits for moment in commit.earlier_extractions}
        return tuple(sorted(earlier | {commit.extracted_at for commit in self.extracts}))

    def tables(self) -> tuple[str, ...]:
        return tuple(sorted({table for commit in self.commits for table in commit.tables}))

    def files(self, table: str) -> tuple[DataFile, ...]:
        """The files that hold a table's rows; a compaction's files stand for all before it."""
        files: list[DataFile] = []
        for commit in self._of(table):
            if commit.kind is CommitKind.COMPACT:
                files.clear()
            files.extend(commit.tables[table].files)
        return tuple(files)

    def latest(self, table: str) -> TableCommit | None:
        """What the newest commit that held the table says of it."""
        return next((c.tables[table] for c in reversed(self.commits) if table in c.tables), None)

    def next_extracted_at(self, now: datetime) -> datetime:
        """`now` in whole milliseconds, or just after the newest commit if the clock stands before it."""
        moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
        if self.commits:
            moment = max(moment, self.commits[-1].extracted_at + timedelta(milliseconds=1))
        return moment

    def _of(self, table: str) -> Iterator[Commit]:
        return (commit for commit in self.commits if table in commit.tables)


def run_id_at(moment: datetime, nonce: str) -> str:
    """Sorts by time: `20261122T101112345Z-1a2b3c4d`."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z-{nonce}"


def read_log(bronze: Store) -> BronzeLog:
    """Read every commit; raises UserError that names a corrupt one."""
    commits = []
    for path in bronze.list(COMMITS):
        try:
            commits.append(Commit.model_validate_json(bronze.read(path) or b""))
        except ValidationError as error:
            raise UserError(
                f"{bronze.url(path)} is not a readable commit: {error.errors()[0]['msg']}.",
                "It is unknown which files of bronze count.",
                "Restore that object from a version or backup, or move it away: the next run compares every table "
                "with its source and writes what is missing.",
            ) from error
    return BronzeLog(tuple(sorted(commits, key=lambda commit: commit.extracted_at)))


def append_commit(bronze: Store, commit: Commit) -> None:
    """Make a run visible."""
    bronze.write(f"{COMMITS}/{commit.run_id}.json", commit.model_dump_json(indent=1).encode())


def unreferenced(bronze: Store, log: BronzeLog, tables: Iterable[str], now: datetime) -> list[str]:
    """Objects that no commit counts: left by runs that never committed, or replaced more than a day ago.

    What Airbyte landed is Airbyte's.
    """
    known = {file.path for table in log.tables() for file in log.files(table)}
    known |= {path for c in log.commits if now - c.committed_at < REPLACED_FILES_STAY for path in c.replaced}
    known |= {latest.key_state for table in log.tables() if (latest := log.latest(table)) and latest.key_state}
    if log.last:
        known |= {path for figures in log.last.figures.values() for path in figures.values()}
    folders = {*tables, *log.tables()}
    found = [
        path
        for name in sorted(folders)
        for folder in (name, f"_state/{name}")
        for path in bronze.list(f"{ROOT}/{folder}")
        if RUN_FOLDER in path or folder.startswith("_state/")
    ]
    return [path for path in [*found, *bronze.list(FIGURES)] if path not in known]
