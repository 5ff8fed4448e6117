"""One store made equal to another: every bucket, key, version and delete marker, then both compared.

A run that was ended goes on where it stopped, because it copies what differs. Which way to copy is guarded by a mark:
a store that carries it is a copy, so its content may be replaced and nothing is ever copied from it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from odoo_lake.errors import UserError
from odoo_lake.object_store.histories import History, differences, histories, is_nothing, side_by_side
from odoo_lake.object_store.replica import ChangedError, DamagedError, Replicator, times
from odoo_lake.object_store.server import Store, explained
from odoo_lake.progress import Reporter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_Result = TypeVar("_Result")

MARK = "this-store-is-a-copy"
# Keys between two reports of progress.
PORTION = 100
WAITING_PER_THREAD = 4


class ReadBack(StrEnum):
    """Which versions of the copy are read again to compare their bytes."""

    ALL = "all"
    COPIED = "copied"


@dataclass(frozen=True, kw_only=True)
class Request:
    """`hand_over`: nothing writes to the source any more, and afterwards it is the copy."""

    source: Store
    target: Store
    threads: int = 8
    read_back: ReadBack = ReadBack.ALL
    compare_only: bool = False
    hand_over: bool = False


@dataclass
class BucketOutcome:
    """What a bucket holds, what was done, and each difference that is left as text that begins with its key."""

    name: str
    versions: int = 0
    markers: int = 0
    size_bytes: int = 0
    copied: int = 0
    removed: int = 0
    changed_meanwhile: int = 0
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """`handed_over` says that an earlier run finished the move, so that there was nothing to do."""

    buckets: tuple[BucketOutcome, ...]
    handed_over: bool = False

    @property
    def is_equal(self) -> bool:
        return not any(bucket.differences for bucket in self.buckets)


def mirror(request: Request, report: Reporter) -> Outcome:
    """Copy what differs, compare, and with `hand_over` turn the roles round; raises UserError before any change."""
    stores = (request.source, request.target)
    if request.source.endpoint == request.target.endpoint:
        raise UserError(
            f"Both stores are {request.source.endpoint}.", "There is nothing to copy.", "Name the other as the target."
        )
    if request.compare_only and request.hand_over:
        raise UserError(
            "--hand-over and --compare-only are both given.",
            "A store is handed over only by the run that copied the last of it.",
            "Leave one of them out.",
        )
    for store in stores:
        with explained(store.endpoint, "Nothing was copied."):
            store.s3().list_buckets()
    between = " or ".join(store.endpoint for store in stores)
    with explained(between, "The copy is as far as this run got; the next one goes on."):
        return _Run(request, report).run()


def refuse_copy(store: Store) -> None:
    """Raises UserError for a store that receives a copy: what was written to the other one since would be missing."""
    with explained(store.endpoint, "Nothing was changed."):
        if _is_marked(store.s3()):
            raise UserError(
                f"{store.endpoint} is the copy of a store that was not handed over (its bucket {MARK} says so).",
                "It lacks what was written since it was copied, so nothing was changed.",
                "Run the mirror with --hand-over first: ops/runbooks/procedures/change-object-store-topology.md.",
            )


class _Run:
    def __init__(self, request: Request, report: Reporter) -> None:
        self.request, self.report = request, report
        self.replicator = Replicator.between(request.source, request.target, threads=request.threads)
        self.source, self.target = self.replicator.source, self.replicator.target

    def run(self) -> Outcome:
        if _is_marked(self.source) and not self.request.compare_only:
            return self._after_the_move()
        self._check_target()
        names = [name for name in _buckets(self.source) if name != MARK]
        found = [BucketOutcome(name) for name in names]
        seen: dict[str, dict[str, int]] = {name: {} for name in names}
        if not self.request.compare_only:
            for name in names:
                self._prepare(name)
            work = sum(1 for name in names for _ in self._tasks(name))
            self.report.start(work // PORTION + len(names))
            for bucket in found:
                self._copy(bucket, seen[bucket.name])
                self._finish(bucket.name)
        else:
            self.report.start(len(names))
        for bucket in found:
            self._compare(bucket, seen[bucket.name])
            self.report.step(f"{bucket.name} compared", versions=bucket.versions, differences=len(bucket.differences))
        found += [
            BucketOutcome(name, differences=["the bucket is in the copy alone"])
            for name in sorted(set(_buckets(self.target)) - set(names) - {MARK})
            if next(histories(self.target, name), None)
        ]
        outcome = Outcome(tuple(found))
        if self.request.hand_over and outcome.is_equal:
            self.source.create_bucket(Bucket=MARK)
            self.target.delete_bucket(Bucket=MARK)
        return outcome

    def _after_the_move(self) -> Outcome:
        if not self.request.hand_over:
            raise UserError(
                f"{self.request.source.endpoint} is a copy of another store (its bucket {MARK} says so).",
                f"What was written to {self.request.target.endpoint} since would be lost, so nothing was copied.",
                "Copy in the other direction.",
            )
        # A run that ended between the two halves of handing over.
        if _is_marked(self.target):
            self.target.delete_bucket(Bucket=MARK)
        return Outcome((), handed_over=True)

    def _check_target(self) -> None:
        if self.request.compare_only or _is_marked(self.target):
            return
        for name in _buckets(self.target):
            if first := next(histories(self.target, name), None):
                raise UserError(
                    f"{self.request.target.endpoint} holds {name}/{first[0]}, and no mirror put it there.",
                    "A copy replaces what the target holds, so nothing was copied.",
                    "Are source and target the right way round? Else empty the target.",
                )
        self.target.create_bucket(Bucket=MARK)

    def _prepare(self, name: str) -> None:
        """The bucket with its versioning; quotas and lifecycles are the provisioner's."""
        if name not in _buckets(self.target):
            self.target.create_bucket(Bucket=name)
        if self.source.get_bucket_versioning(Bucket=name).get("Status"):
            # Also where the source suspended it: versions of before are written as versions.
            self.target.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def _finish(self, name: str) -> None:
        if self.source.get_bucket_versioning(Bucket=name).get("Status") == "Suspended":
            self.target.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})

    def _pairs(self, name: str) -> Iterator[tuple[str, History, History]]:
        return side_by_side(histories(self.source, name), histories(self.target, name))

    def _tasks(self, name: str) -> Iterator[tuple[str, History, History]]:
        return (pair for pair in self._pairs(name) if any(differences(pair[1], pair[2])))

    def _copy(self, bucket: BucketOutcome, seen: dict[str, int]) -> None:
        """Keys in parallel, the versions of each from old to new."""

        def planned() -> Iterator[Callable[[], _Done]]:
            for key, wanted, found in self._pairs(bucket.name):
                seen[key] = hash(wanted)
                if any(differences(wanted, found)):
                    yield partial(self._make_equal, bucket.name, key, wanted, found)

        for number, done in enumerate(in_parallel(planned(), self.request.threads), start=1):
            bucket.copied += done.copied
            bucket.removed += done.removed
            bucket.differences += done.damaged
            if number % PORTION == 0:
                self.report.step(bucket.name, copied=bucket.copied, removed=bucket.removed)

    def _make_equal(self, bucket: str, key: str, wanted: History, found: History) -> _Done:
        done = _Done()
        wanted = () if is_nothing(wanted) else wanted
        have = {version.version_id: version for version in found}
        written = times(wanted)
        for version in reversed(wanted):
            other = have.pop(version.version_id, None)
            if other is not None and other.is_same(version):
                continue
            if other is not None and other.is_marker:
                # Writing a marker that is there takes it away.
                self.replicator.remove(bucket, key, other)
            try:
                self.replicator.copy(bucket, key, version, written[version.version_id])
            except ChangedError:
                continue
            except DamagedError as error:
                done.damaged.append(f"{key}: {error}")
                continue
            done.copied += 1
            if self.request.read_back is ReadBack.COPIED:
                done.damaged += self._damages(bucket, key, (version,))
        for version in have.values():
            self.replicator.remove(bucket, key, version)
            done.removed += 1
        return done

    def _compare(self, bucket: BucketOutcome, seen: dict[str, int]) -> None:
        """Both stores are listed anew. What the source changed since it was read is not a fault of the copy."""

        def checks() -> Iterator[Callable[[], list[str]]]:
            for key, wanted, found in self._pairs(bucket.name):
                bucket.versions += sum(not version.is_marker for version in wanted)
                bucket.markers += sum(version.is_marker for version in wanted)
                bucket.size_bytes += sum(version.size for version in wanted)
                left = [f"{key}: {difference}" for difference in differences(wanted, found)]
                if left and not self.request.hand_over and seen.get(key, hash(wanted)) != hash(wanted):
                    bucket.changed_meanwhile += 1
                elif left:
                    bucket.differences += left
                elif self.request.read_back is ReadBack.ALL:
                    yield partial(self._damages, bucket.name, key, wanted)

        for damaged in in_parallel(checks(), self.request.threads):
            bucket.differences += damaged

    def _damages(self, bucket: str, key: str, versions: History) -> list[str]:
        """What of a key's versions does not read back; it is removed, so that the next run copies it."""
        found = []
        for version in versions:
            if version.is_marker or self.replicator.reads_back(bucket, key, version):
                continue
            found.append(f"{key}: version {version.version_id} is damaged in the copy")
            if not self.request.compare_only:
                self.replicator.remove(bucket, key, version)
        return found


@dataclass
class _Done:
    copied: int = 0
    removed: int = 0
    damaged: list[str] = field(default_factory=list)


def in_parallel(calls: Iterator[Callable[[], _Result]], threads: int) -> Iterator[_Result]:
    """Results in the order of the calls; few are waiting at a time, so that a long list does not fill the memory."""
    waiting: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for call in calls:
                waiting.append(pool.submit(call))
                if len(waiting) > threads * WAITING_PER_THREAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _buckets(s3: S3Client) -> list[str]:
    return sorted(bucket["Name"] for bucket in s3.list_buckets()["Buckets"])


def _is_marked(s3: S3Client) -> bool:
    return MARK in _buckets(s3)
