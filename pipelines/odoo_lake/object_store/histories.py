"""What a bucket holds, key by key: every version and delete marker, newest first, and two buckets side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Version:
    """One version of a key, or a delete marker. `modified` is UTC to the millisecond; the MD5 of `etag` is of the
    bytes, or of its parts' MD5s where it ends in `-<parts>`."""

    version_id: str
    is_marker: bool
    is_latest: bool
    modified: datetime
    size: int
    etag: str

    @property
    def facts(self) -> str:
        """Size, MD5 and time, for a person."""
        return f"{self.size} bytes, MD5 {self.etag or '-'}, of {self.modified.isoformat(timespec='milliseconds')}"

    def is_same(self, other: Version) -> bool:
        """Equal but for what newer versions make of it."""
        return replace(other, is_latest=self.is_latest) == self

    @property
    def parts(self) -> int | None:
        """How many parts it was uploaded in; None where it was sent in one piece."""
        _, dash, count = self.etag.partition("-")
        return int(count) if dash else None


History = tuple[Version, ...]


def histories(s3: S3Client, bucket: str, prefix: str = "") -> Iterator[tuple[str, History]]:
    """Each key that begins with `prefix`, in order, with its history."""
    for key, versions in groupby(_listed(s3, bucket, prefix), key=lambda pair: pair[0]):
        yield key, tuple(version for _, version in versions)


def is_nothing(history: History) -> bool:
    """Whether there is nothing but delete markers, which the lifecycle takes away at any time."""
    return all(version.is_marker for version in history)


def differences(wanted: History, found: History) -> Iterator[str]:
    """How a key's history in a copy differs from the one that it should have; nothing where they are the same."""
    wanted = () if is_nothing(wanted) else wanted
    found = () if is_nothing(found) and not wanted else found
    have = {version.version_id: version for version in found}
    for version in wanted:
        other = have.pop(version.version_id, None)
        name = f"{'delete marker' if version.is_marker else 'version'} {version.version_id}"
        if other is None:
            yield f"{name} is missing in the copy"
        elif not version.is_same(other):
            yield f"{name} is {version.facts}, in the copy {other.facts}"
    for version in have.values():
        yield f"{'delete marker' if version.is_marker else 'version'} {version.version_id} is in the copy alone"
    if wanted and found and wanted[0].version_id != found[0].version_id and not have:
        yield f"the latest is {wanted[0].version_id}, in the copy {found[0].version_id}"


def side_by_side(
    first: Iterable[tuple[str, History]], second: Iterable[tuple[str, History]]
) -> Iterator[tuple[str, History, History]]:
    """Every key of either, in order, with its history in both; () where it is absent."""
    left, right = iter(first), iter(second)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None  # noqa: S101 - one of the two is there
            yield one[0], one[1], ()
            one = next(left, None)
        elif one is None or other[0] < one[0]:
            yield other[0], (), other[1]
            other = next(right, None)
        else:
            yield one[0], one[1], other[1]
            one, other = next(left, None), next(right, None)


def _listed(s3: S3Client, bucket: str, prefix: str) -> Iterator[tuple[str, Version]]:
    last_key = ""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        found = [
            (
                item["Key"],
                Version(
                    version_id=item["VersionId"],
                    is_marker=False,
                    is_latest=item["IsLatest"],
                    modified=item["LastModified"].astimezone(UTC),
                    size=item["Size"],
                    etag=item["ETag"].strip('"'),
                ),
            )
            for item in page.get("Versions", [])
        ]
        found += [
            (
                item["Key"],
                Version(
                    version_id=item["VersionId"],
                    is_marker=True,
                    is_latest=item["IsLatest"],
                    modified=item["LastModified"].astimezone(UTC),
                    size=0,
                    etag="",
                ),
            )
            for item in page.get("DeleteMarkers", [])
        ]
        # The two kinds come apart. Times grow from older to newer, and the latest says so itself.
        found.sort(key=lambda pair: (pair[1].is_latest, pair[1].modified), reverse=True)
        found.sort(key=lambda pair: pair[0])
        if found:
            if found[0][0] < last_key:
                raise RuntimeError(f"{bucket} is not listed in the order of its keys: {found[0][0]} after {last_key}")
            last_key = found[-1][0]
        yield from found
