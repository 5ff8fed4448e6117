"""The drill: a table of bronze is restored aside, lost there, restored again, and compared with what was committed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from odoo_lake.errors import UserError
from odoo_lake.lake.commits import ROOT, BronzeLog, DataFile, read_log
from odoo_lake.lake.duck import open_duckdb, quoted
from odoo_lake.lake.location import Lake
from odoo_lake.object_store.histories import Version, histories
from odoo_lake.record.tables import RestoreDrill
from odoo_lake.record.writer import RunRecord
from odoo_lake.restore.place import Folder, check_versions_reach
from odoo_lake.restore.run import THREADS, check_equal, restore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SCRATCH = "_restore_drill"
_CLOCK_STEP_SECONDS = 1.1
"""Some stores write times down in whole seconds: two states need one between them."""


@dataclass(frozen=True)
class DrillOutcome:
    """What was restored and found equal."""

    table: str
    restored_to: datetime
    objects: int
    size_bytes: int
    rows: int


def recorded_drill(record: RunRecord, lake: Lake, *, table: str = "", scratch: Folder | None = None) -> DrillOutcome:
    """Run the drill and record how it ended; raises what the drill raises."""
    with record.session() as session:
        drill = RestoreDrill(status="running", started_at=datetime.now(UTC), table_name=table or None)
        session.add(drill)
        session.commit()
        try:
            outcome = run_drill(lake, lake.s3, table=table, scratch=scratch)
        except BaseException as error:
            drill.error = error.fact if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
            drill.status = "failed"
            raise
        else:
            drill.status = "succeeded"
            drill.table_name, drill.restored_to = outcome.table, outcome.restored_to
            drill.objects, drill.size_bytes, drill.rows = outcome.objects, outcome.size_bytes, outcome.rows
        finally:
            drill.finished_at = datetime.now(UTC)
            session.commit()
    return outcome


def run_drill(lake: Lake, s3: S3Client, *, table: str = "", scratch: Folder | None = None) -> DrillOutcome:
    """Restore a table to the last commit's time, twice, in a scratch folder that is deleted afterwards.

    Without `table`, the smallest that has rows. Raises UserError when anything is not as it was.
    """
    bronze = lake.bucket("bronze")
    log = read_log(lake.layer("bronze"))
    chosen, files = _sample(log, table)
    if log.last is None:
        raise RuntimeError("a table without a commit")
    source = Folder(bronze, f"{ROOT}/{chosen}")
    aside = scratch or Folder(bronze, SCRATCH)
    place = Folder(aside.bucket, f"{aside.start}{uuid.uuid4().hex[:12]}")
    with _emptied_afterwards(s3, place):
        # Files precede their commit, but the store's clock may be behind ours: take its own time.
        moment = _newest(s3, source)
        first = restore(s3, source, moment, into=place)
        _check_files(source, files, frozenset(first.plan.wanted))
        check_equal(first)
        check_versions_reach(s3, place.bucket, moment)
        rows = _check_rows(lake, source, place, files)

        # The table is lost: half of its files deleted, the other half overwritten.
        before = _newest(s3, place)
        time.sleep(_CLOCK_STEP_SECONDS)
        keys = [first.plan.target_key(key) for key in first.plan.wanted]
        for number, key in enumerate(keys):
            if number % 2:
                s3.put_object(Bucket=place.bucket, Key=key, Body=b"overwritten by the drill")
            else:
                s3.delete_object(Bucket=place.bucket, Key=key)
        again = restore(s3, place, before, is_scratch=True)
        check_equal(again)
        if len(again.plan.writes) != len(keys):
            raise UserError(
                f"{len(again.plan.writes)} of {len(keys)} lost objects were brought back.",
                "The store's versions can't be relied on.",
                "Run `odoo-lake storage-check` on the bucket.",
            )
        _check_rows(lake, source, place, files)
    return DrillOutcome(chosen, moment, len(keys), first.plan.size_bytes, rows)


def _sample(log: BronzeLog, table: str) -> tuple[str, tuple[DataFile, ...]]:
    """The table's name and its committed files."""
    held = {name: files for commit in log.commits for name in commit.tables if (files := tuple(log.files(name)))}
    if not held:
        raise UserError("Bronze is empty.", "There is nothing to restore.", "Run `odoo-lake extract` first.")
    if table and table not in held:
        raise UserError(f"Bronze has no table {table}.", "Nothing was restored.", "Correct --table.")
    name = table or min(held, key=lambda one: sum(file.bytes for file in held[one]))
    return name, held[name]


def _check_files(source: Folder, files: tuple[DataFile, ...], restored: frozenset[str]) -> None:
    """Raise UserError when a committed file is gone from the folder itself."""
    gone = sorted({file.path for file in files} - restored)
    if gone:
        raise UserError(
            f"{len(gone)} of {len(files)} committed files are gone from {source.url}, {gone[0]} first.",
            "The table itself is damaged: there was nothing to restore them from at that time.",
            "Run `odoo-lake restore` with an earlier --to, then the drill again.",
        )


def _check_rows(lake: Lake, source: Folder, place: Folder, files: tuple[DataFile, ...]) -> int:
    """Count the restored rows as a reader would; raises UserError when they are not as many as were committed."""
    urls = [place.url + file.path.removeprefix(source.start) for file in files]
    wanted = sum(file.rows for file in files)
    with open_duckdb() as duck:
        lake.grant_access(duck)
        listed = ", ".join(quoted(url) for url in urls)
        [(found,)] = duck.execute(f"select count(*) from read_parquet([{listed}], union_by_name = true)").fetchall()
    if found != wanted:
        raise UserError(
            f"{found} rows of {source.url} were restored, {wanted} were committed.",
            "The backup by versions is not complete.",
            "Look at the bucket's lifecycle, and run `odoo-lake storage-check` on it.",
        )
    return wanted


def _newest(s3: S3Client, folder: Folder) -> datetime:
    """When the folder was last written to, by the store's own clock."""
    return max(history[0].modified for _, history in histories(s3, folder.bucket, folder.start))


@contextmanager
def _emptied_afterwards(s3: S3Client, folder: Folder) -> Iterator[None]:
    """Delete the folder, whatever happens: with all versions, or without them where these keys may not."""

    def delete(named: tuple[str, Version]) -> None:
        key, version = named
        try:
            s3.delete_object(Bucket=folder.bucket, Key=key, VersionId=version.version_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            if version.is_latest and not version.is_marker:
                # The bucket's lifecycle takes the versions away.
                s3.delete_object(Bucket=folder.bucket, Key=key)

    try:
        yield
    finally:
        found = histories(s3, folder.bucket, folder.start)
        named = [(key, version) for key, history in found for version in history]
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(delete, named))
