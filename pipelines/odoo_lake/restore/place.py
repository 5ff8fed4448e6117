"""Buckets to restore from and into, and from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from odoo_lake.errors import UserError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_UNCHANGED = "Nothing was changed."


@dataclass(frozen=True)
class Folder:
    """What is below a prefix of a bucket; the whole bucket when it is empty."""

    bucket: str
    prefix: str = ""

    @property
    def start(self) -> str:
        """What the keys begin with."""
        return f"{self.prefix}/" if self.prefix else ""

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.start}"

    def holds(self, other: Folder) -> bool:
        return self.bucket == other.bucket and other.start.startswith(self.start)


def folder_of(bucket: str, prefix: str) -> Folder:
    return Folder(bucket, prefix.strip("/"))


def parse_folder(url: str, option: str) -> Folder:
    """`s3://bucket/folder`; raises UserError."""
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc:
        raise UserError(f"{option} is {url}.", _UNCHANGED, "Write s3://BUCKET/FOLDER.")
    return folder_of(parts.netloc, parts.path)


def parse_moment(text: str, now: datetime | None = None) -> datetime:
    """An ISO 8601 time with its zone, not in the future; raises UserError."""
    example = "Write it as 2026-01-31T09:30:00Z."
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"--to is {text!r}, which is no time.", _UNCHANGED, example) from error
    if moment.tzinfo is None:
        raise UserError(f"--to is {text!r}, which says no time zone.", _UNCHANGED, example)
    if moment > (now or datetime.now(UTC)):
        raise UserError(f"--to is {text!r}, which is yet to come.", _UNCHANGED, example)
    return moment.astimezone(UTC)


def check_versions_reach(s3: S3Client, bucket: str, moment: datetime) -> None:
    """Raise UserError when the bucket keeps no versions, or not from so long ago."""
    from botocore.exceptions import ClientError

    try:
        status = s3.get_bucket_versioning(Bucket=bucket).get("Status")
    except s3.exceptions.NoSuchBucket as error:
        raise UserError(f"There is no bucket {bucket}.", _UNCHANGED, "Correct --bucket or --lake.") from error
    if status != "Enabled":
        raise UserError(
            f"Versioning of {bucket} is {(status or 'off').lower()}: what was overwritten or deleted is gone.",
            _UNCHANGED,
            "Build silver and gold anew from bronze, or copy from the backup; then switch versioning on.",
        )
    try:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError:
        # There is none, or this identity may not see it.
        return
    kept = [rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays") for rule in rules]
    days = min((count for count in kept if count), default=None)
    if days is not None and moment < datetime.now(UTC) - timedelta(days=days):
        raise UserError(
            f"{bucket} keeps replaced versions for {days} days, and {moment.isoformat()} is longer ago.",
            "The state of that time is not complete any more; " + _UNCHANGED.lower(),
            "Take a later time, or copy from the backup.",
        )
