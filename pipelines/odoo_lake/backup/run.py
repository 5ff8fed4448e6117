"""Copy a bucket below a prefix of another one: what differs, whole runs only, and nothing lost for a while.

The copy is made inside the store, so that no byte passes through this program, and the listings are read side by side,
so that they need not fit in memory. A commit is copied after the files that it counts. What is gone from the bucket
stays in the copy until it has been gone for `keep`: a mistake there is no mistake here.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from odoo_lake.errors import UserError
from odoo_lake.lake.commits import COMMITS
from odoo_lake.object_store.mirror import in_parallel
from odoo_lake.object_store.replica import GONE
from odoo_lake.restore.drill import SCRATCH
from odoo_lake.restore.place import Folder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

THREADS = 4
# Leases, probes and drills say what is going on now.
NOT_COPIED = ("_locks/", ".probe", f"{SCRATCH}/")
SHOWN_DIFFERENCES = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One object as a listing shows it; `modified` is the store's own clock."""

    size: int
    etag: str
    modified: datetime

    def is_copied_by(self, copy: Entry | None) -> bool:
        """Whether the copy holds these bytes, as far as a listing tells."""
        if copy is None or copy.size != self.size:
            return False
        if "-" in self.etag or "-" in copy.etag:
            # Sent in parts: the tag depends on how it was cut.
            return copy.modified >= self.modified
        return copy.etag == self.etag


@dataclass
class BackedUp:
    """What the copy holds of a bucket, and what this run did for it."""

    bucket: str
    objects: int = 0
    size_bytes: int = 0
    copied: int = 0
    removed: int = 0
    kept: int = 0
    """Objects that are gone from the bucket and still in the copy."""


def back_up(s3: S3Client, bucket: str, into: Folder, *, keep: timedelta, now: datetime | None = None) -> BackedUp:
    """Bring the copy `into`/`bucket`/ up to date; raises UserError when it is not complete afterwards.

    A run that was ended goes on where it stopped.
    """
    return _Run(s3, bucket, into).run(keep, now or datetime.now(UTC))


class _Run:
    def __init__(self, s3: S3Client, bucket: str, into: Folder) -> None:
        self.s3, self.bucket = s3, bucket
        self.target = Folder(into.bucket, f"{into.start}{bucket}")
        # Outside of the copy: when each key was first missed in the bucket.
        self.ledger = f"{into.start}_gone/{bucket}.json"
        self.attempted: dict[str, int] = {}
        self.done = BackedUp(bucket)

    def run(self, keep: timedelta, now: datetime) -> BackedUp:
        # Commits that are seen here count only files that the listing after it shows.
        commits = dict(_listed(self.s3, Folder(self.bucket, COMMITS)))
        gone: list[str] = []
        self._copy(_differing(self._pairs(), gone, is_commit=False))
        self._copy(_differing(_side_by_side(iter(sorted(commits.items())), self._copied()), gone, is_commit=True))
        self._forget(gone, keep, now)
        self._check()
        return self.done

    def _pairs(self) -> Iterator[tuple[str, Entry | None, Entry | None]]:
        """Each key with what the bucket and the copy have of it."""
        listed = _listed(self.s3, Folder(self.bucket))
        return _side_by_side((pair for pair in listed if not pair[0].startswith(NOT_COPIED)), self._copied())

    def _copied(self) -> Iterator[tuple[str, Entry]]:
        start = self.target.start
        return ((key.removeprefix(start), entry) for key, entry in _listed(self.s3, self.target))

    def _copy(self, wanted: Iterable[tuple[str, Entry]]) -> None:
        def planned() -> Iterator[partial[bool]]:
            for key, entry in wanted:
                self.attempted[key] = hash(entry)
                yield partial(self._copy_one, key)

        self.done.copied += sum(in_parallel(planned(), THREADS))

    def _copy_one(self, key: str) -> bool:
        try:
            self.s3.copy({"Bucket": self.bucket, "Key": key}, self.target.bucket, self.target.start + key)
        except ClientError as error:
            # Removed since it was listed, by a compaction.
            if error.response["Error"]["Code"] in GONE:
                return False
            raise
        return True

    def _forget(self, gone: list[str], keep: timedelta, now: datetime) -> None:
        """Remove from the copy what has been gone for long enough, commits first: none may count what is not there."""
        try:
            text = self.s3.get_object(Bucket=self.target.bucket, Key=self.ledger)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            text = b"{}"
        noted = {key: datetime.fromisoformat(since) for key, since in json.loads(text).items()}
        since = {key: noted.get(key, now) for key in gone}
        expired = {key for key, first in since.items() if now - first > keep}
        for key in sorted(expired, key=lambda key: not key.startswith(f"{COMMITS}/")):
            self.s3.delete_object(Bucket=self.target.bucket, Key=self.target.start + key)
        kept = {key: first.isoformat() for key, first in since.items() if key not in expired}
        self.s3.put_object(Bucket=self.target.bucket, Key=self.ledger, Body=json.dumps(kept).encode())
        self.done.removed, self.done.kept = len(expired), len(kept)

    def _check(self) -> None:
        """List both anew. What changed in the bucket since it was read is the next run's."""
        missed = []
        for key, entry, copy in self._pairs():
            if entry is None:
                continue
            if entry.is_copied_by(copy):
                self.done.objects += 1
                self.done.size_bytes += entry.size
            elif self.attempted.get(key) == hash(entry):
                missed.append(key)
        if missed:
            raise UserError(
                f"{len(missed)} of {len(missed) + self.done.objects} objects of {self.bucket} are not in "
                f"{self.target.url} as they should be: {', '.join(missed[:SHOWN_DIFFERENCES])}.",
                "The copy is not complete.",
                "Run it again: it goes on from what is there.",
            )


def _differing(
    pairs: Iterator[tuple[str, Entry | None, Entry | None]], gone: list[str], *, is_commit: bool
) -> Iterator[tuple[str, Entry]]:
    """What the copy lacks, of commits or of all else; what only the copy has is added to `gone`."""
    for key, entry, copy in pairs:
        if key.startswith(f"{COMMITS}/") is not is_commit:
            continue
        if entry is None:
            gone.append(key)
        elif not entry.is_copied_by(copy):
            yield key, entry


def _side_by_side(
    source: Iterator[tuple[str, Entry]], copy: Iterator[tuple[str, Entry]]
) -> Iterator[tuple[str, Entry | None, Entry | None]]:
    """Every key of either listing, in their order."""
    first = ((key, False, entry) for key, entry in source)
    second = ((key, True, entry) for key, entry in copy)
    for key, found in groupby(heapq.merge(first, second, key=itemgetter(0)), key=itemgetter(0)):
        entries = {is_copy: entry for _, is_copy, entry in found}
        yield key, entries.get(False), entries.get(True)


def _listed(s3: S3Client, folder: Folder) -> Iterator[tuple[str, Entry]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=folder.bucket, Prefix=folder.start):
        for item in page.get("Contents", ()):
            yield item["Key"], Entry(item["Size"], item["ETag"].strip('"'), item["LastModified"])
