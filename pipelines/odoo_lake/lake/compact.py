"""Merge bronze's many small files into few; every version of every row stays."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Contract, Privacy
from odoo_lake.lake.bronze import bronze_rows, bronze_types
from odoo_lake.lake.commits import (
    COMMITS,
    REPLACED_FILES_STAY,
    ROOT,
    BronzeLog,
    CommitKind,
    DataFile,
    TableCommit,
    append_commit,
    read_log,
    run_id_at,
)
from odoo_lake.lake.duck import identifier, open_duckdb, quoted
from odoo_lake.lake.location import Lake
from odoo_lake.lake.lock import exclusive
from odoo_lake.lake.store import Store
from odoo_lake.progress import Reporter

LOCK = "bronze"
_MEMORY_MIB = 512
_ROWS_PER_FILE = 5_000_000


@dataclass(frozen=True)
class Compaction:
    """What became of one table."""

    table: str
    files_before: int
    files_after: int


def compact(
    lake: Lake, catalogue: Catalogue, report: Reporter, *, from_files: int = 8, wait_seconds: float = 0
) -> tuple[Compaction, ...]:
    """Rewrite tables that have at least `from_files` files, in one commit; readers keep what they opened for a day.

    A column that its contract has come to drop is not written again.
    """
    bronze = lake.layer("bronze")
    bronze.check_writable()
    with exclusive(bronze, LOCK, wait_seconds=wait_seconds):
        log = read_log(bronze)
        last = log.last
        chosen = [t for t in log.tables() if t in catalogue and len(log.files(t)) >= max(from_files, 2)]
        if last is None or not chosen:
            return ()
        now = datetime.now(UTC)
        run_id = run_id_at(now, f"c{uuid.uuid4().hex[:7]}")
        report.start(len(chosen))
        rewritten = {}
        for table in chosen:
            rewritten[table] = _rewrite(lake, bronze, catalogue[table], log, run_id)
            report.step(table)
        commit = last.model_copy(
            update={
                "run_id": run_id,
                "kind": CommitKind.COMPACT,
                "extracted_at": log.commits[-1].extracted_at + timedelta(microseconds=1),
                "committed_at": now,
                "tables": {table: _carried(log, table, rewritten.get(table)) for table in log.tables()},
                "replaced": tuple(file.path for table in chosen for file in log.files(table)),
                "earlier_extractions": log.extraction_times,
                "figures": {},
            }
        )
        append_commit(bronze, commit)
        _remove_superfluous_commits(bronze, log, now)
    return tuple(Compaction(table, len(log.files(table)), len(files)) for table, files in rewritten.items())


def _rewrite(lake: Lake, bronze: Store, contract: Contract, log: BronzeLog, run_id: str) -> tuple[DataFile, ...]:
    kept = [column for column in contract.columns if column.privacy is not Privacy.DROP]
    files = log.files(contract.table)
    rows = bronze_rows([bronze.url(file.path) for file in files], bronze_types(kept))
    # Values from before a column was hashed are no hashes; they go the way of dropped ones.
    hashed = [identifier(column.name) for column in kept if column.privacy is Privacy.HASH]
    masked = ", ".join(f"case when {name} similar to '[0-9a-f]{{64}}' then {name} end as {name}" for name in hashed)
    everything = f"* replace ({masked})" if masked else "*"
    parts = -(-sum(file.rows for file in files) // _ROWS_PER_FILE)
    folder = f"{ROOT}/{contract.table}/run_id={run_id}"
    bronze.prepare(folder)
    written = []
    with open_duckdb(memory_mib=_MEMORY_MIB, spill_directory=lake.work_directory / "spill-compact") as duck:
        lake.grant_access(duck)
        key = ", ".join(contract.primary_key)
        for part in range(parts):
            path = f"{folder}/part-{part:05d}.parquet"
            condition = f"hash({key}) % {parts} = {part}"
            options = "format parquet, compression zstd, return_stats true"
            chosen = f"select {everything} from ({rows}) where {condition}"
            [stats] = duck.execute(f"copy ({chosen}) to {quoted(bronze.url(path))} ({options})").fetchall()
            written.append(DataFile(path=path, rows=stats[1], bytes=stats[2]))
    return tuple(written)


def _carried(log: BronzeLog, table: str, files: tuple[DataFile, ...] | None) -> TableCommit:
    """What the log said of the table, standing for all commits before."""
    latest = log.latest(table)
    if latest is None:
        raise ValueError(f"the log does not know {table}")
    kept = files if files is not None else log.files(table)
    return latest.model_copy(update={"files": kept, "rows_written": 0, "rows_deleted": 0})


def _remove_superfluous_commits(bronze: Store, log: BronzeLog, now: datetime) -> None:
    # The newest extraction says which source and which figures; the others are in the compaction's commit.
    old = [c for c in log.commits if c is not log.last and now - c.committed_at >= REPLACED_FILES_STAY]
    bronze.delete(f"{COMMITS}/{commit.run_id}.json" for commit in old)
