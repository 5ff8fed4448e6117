"""A version of one store written to another as the very same version: its id, its time, its parts and its MD5.

The headers are those with which MinIO servers replicate to one another; only an administrator may send them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from hashlib import md5
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import ClientError, IncompleteReadError, ResponseStreamingError

from odoo_lake.object_store.histories import History, Version
from odoo_lake.object_store.server import Store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REPLICATION = {"x-minio-source-replication-request": "true"}
GONE = {"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"}
READ_BYTES = 1 << 20
KEPT_HEADERS = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Metadata",
)

_sent_along: ContextVar[tuple[Mapping[str, str], str] | None] = ContextVar("_sent_along", default=None)


class ChangedError(Exception):
    """The source no longer has the version that was listed."""


class DamagedError(Exception):
    """What arrived is not what was sent."""


@dataclass(frozen=True)
class Replicator:
    """Copies versions from one store's client to another's; both may be used by several threads."""

    source: S3Client
    target: S3Client

    @classmethod
    def between(cls, source: Store, target: Store, *, threads: int) -> Replicator:
        made = cls(source.s3(connections=threads), target.s3(connections=threads))
        for operation in ("PutObject", "CreateMultipartUpload", "CompleteMultipartUpload", "DeleteObject"):
            made.target.meta.events.register(f"before-call.s3.{operation}", _send_along)
        return made

    def copy(self, bucket: str, key: str, version: Version, time: str) -> None:
        """Write one version or marker to the target; raises ChangedError and DamagedError."""
        if version.is_marker:
            headers = {**REPLICATION, "x-minio-source-deletemarker": "true", "x-minio-source-mtime": time}
            with _with(headers):
                self.target.delete_object(Bucket=bucket, Key=key, VersionId=version.version_id)
            return
        try:
            etag = (
                self._copy_whole(bucket, key, version, time)
                if version.parts is None
                else self._copy_parts(bucket, key, version, time)
            )
        except ClientError as error:
            if error.operation_name in {"GetObject", "GetObjectTagging"} and error.response["Error"]["Code"] in GONE:
                raise ChangedError(key) from error
            raise
        if etag != version.etag:
            raise DamagedError(f"{bucket}/{key} version {version.version_id}: MD5 {etag} instead of {version.etag}")

    def remove(self, bucket: str, key: str, version: Version) -> None:
        """Take one version or marker out of the target."""
        self.target.delete_object(Bucket=bucket, Key=key, VersionId=version.version_id)

    def reads_back(self, bucket: str, key: str, version: Version) -> bool:
        """Whether the target still gives the bytes whose MD5 the source wrote down."""
        sums = []
        for number in range(1, (version.parts or 1) + 1):
            part: Any = {"PartNumber": number} if version.parts else {}
            try:
                found = self.target.get_object(Bucket=bucket, Key=key, VersionId=version.version_id, **part)
                digest = md5(usedforsecurity=False)
                for block in found["Body"].iter_chunks(READ_BYTES):
                    digest.update(block)
            except (ClientError, IncompleteReadError, ResponseStreamingError):
                # The server finds damage on its drives itself: it answers with an error or ends early.
                return False
            sums.append(digest)
        if version.parts is None:
            return sums[0].hexdigest() == version.etag
        whole = md5(b"".join(one.digest() for one in sums), usedforsecurity=False).hexdigest()
        return f"{whole}-{version.parts}" == version.etag

    def _copy_whole(self, bucket: str, key: str, version: Version, time: str) -> str:
        found = self.source.get_object(Bucket=bucket, Key=key, VersionId=version.version_id)
        with _with({**REPLICATION, "x-minio-source-mtime": time}, version.version_id):
            answer = self.target.put_object(
                Bucket=bucket,
                Key=key,
                Body=found["Body"],
                ContentLength=found["ContentLength"],
                **self._described(bucket, key, version, found),
            )
        return answer["ETag"].strip('"')

    def _copy_parts(self, bucket: str, key: str, version: Version, time: str) -> str:
        """Part by part as it was uploaded, so that the MD5 of the parts' MD5s is the same again."""
        first = self.source.get_object(Bucket=bucket, Key=key, VersionId=version.version_id, PartNumber=1)
        described = self._described(bucket, key, version, first)
        with _with(REPLICATION, version.version_id):
            upload = self.target.create_multipart_upload(Bucket=bucket, Key=key, **described)["UploadId"]
        whole: Any = {"Bucket": bucket, "Key": key, "UploadId": upload}
        try:
            done: list[Any] = []
            for number in range(1, (version.parts or 0) + 1):
                part = first
                if number > 1:
                    part = self.source.get_object(
                        Bucket=bucket, Key=key, VersionId=version.version_id, PartNumber=number
                    )
                answer = self.target.upload_part(
                    **whole, PartNumber=number, Body=part["Body"], ContentLength=part["ContentLength"]
                )
                done.append({"PartNumber": number, "ETag": answer["ETag"]})
            headers = {
                **REPLICATION,
                "x-minio-source-mtime": time,
                "x-minio-replication-actual-object-size": str(version.size),
            }
            with _with(headers, version.version_id):
                completed = self.target.complete_multipart_upload(**whole, MultipartUpload={"Parts": done})
        except BaseException:
            self.target.abort_multipart_upload(**whole)
            raise
        return completed["ETag"].strip('"')

    def _described(self, bucket: str, key: str, version: Version, found: Any) -> dict[str, Any]:
        """Headers, metadata and tags of the source's version."""
        described = {name: found[name] for name in KEPT_HEADERS if found.get(name)}
        if found.get("TagCount"):
            tags = self.source.get_object_tagging(Bucket=bucket, Key=key, VersionId=version.version_id)["TagSet"]
            described["Tagging"] = "&".join(f"{quote(tag['Key'])}={quote(tag['Value'])}" for tag in tags)
        return described


def times(history: History) -> dict[str, str]:
    """The time to write for each version id: the server orders versions by it, and a listing cuts it to milliseconds.

    Versions of one millisecond get microseconds in their order.
    """
    written, previous, behind = {}, None, 0
    for version in reversed(history):
        behind = behind + 1 if version.modified == previous else 0
        previous = version.modified
        time = version.modified + timedelta(microseconds=behind)
        written[version.version_id] = time.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return written


@contextmanager
def _with(headers: Mapping[str, str], version_id: str = "") -> Iterator[None]:
    token = _sent_along.set((headers, version_id))
    try:
        yield
    finally:
        _sent_along.reset(token)


def _send_along(params: dict[str, Any], **_: object) -> None:
    """Headers and a query parameter that boto3's calls have no argument for."""
    if (sent := _sent_along.get()) is None:
        return
    headers, version_id = sent
    params["headers"].update(headers)
    if version_id:
        params["url"] += f"{'&' if '?' in params['url'] else '?'}versionId={version_id}"
