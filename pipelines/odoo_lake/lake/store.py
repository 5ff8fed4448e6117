"""One bucket of the lake: a folder, or an S3 bucket, with the few operations that the lake stands on."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from odoo_lake.errors import UserError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_DELETE_BATCH = 1000
_NOT_FOUND, _CONFLICT, _PRECONDITION_FAILED = 404, 409, 412


class Store(Protocol):
    """Paths are relative and use slashes; an object is there whole or not at all."""

    def url(self, path: str) -> str:
        """The path as DuckDB and other readers address it."""

    def read(self, path: str) -> bytes | None:
        """The object's bytes, or None if it is not there."""

    def write(self, path: str, data: bytes) -> None:
        """Replace the object in one step."""

    def list(self, prefix: str) -> dict[str, int]:
        """All objects below a folder, sorted: path to size in bytes."""

    def delete(self, paths: Iterable[str]) -> None:
        """Delete what is there of these."""

    def prepare(self, folder: str) -> None:
        """Make it possible to write files into a folder."""

    def check_writable(self) -> None:
        """Raise UserError when nothing can be written here."""


class LocalStore:
    """A folder; an object is written beside its place and renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def url(self, path: str) -> str:
        return str(self.root / path)

    def read(self, path: str) -> bytes | None:
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, path: str, data: bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)

    def list(self, prefix: str) -> dict[str, int]:
        files = (path for path in (self.root / prefix).rglob("*") if path.is_file() and not path.name.startswith("."))
        return {path.relative_to(self.root).as_posix(): path.stat().st_size for path in sorted(files)}

    def delete(self, paths: Iterable[str]) -> None:
        folders = set()
        for path in paths:
            (self.root / path).unlink(missing_ok=True)
            folders.add((self.root / path).parent)
        for folder in folders:
            if folder.is_dir() and folder != self.root and not any(folder.iterdir()):
                folder.rmdir()

    def prepare(self, folder: str) -> None:
        (self.root / folder).mkdir(parents=True, exist_ok=True)

    def check_writable(self) -> None:
        probe = self.root / f".probe-{uuid.uuid4().hex}"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise UserError(
                f"The lake's folder {self.root} can't be written: {error.strerror}.",
                "Nothing was read and the lake is unchanged.",
                "Give this user write access, or choose another folder with --lake or ODOO_LAKE_ROOT.",
            ) from error
        if shutil.disk_usage(self.root).free == 0:
            raise UserError(
                f"The disk of {self.root} is full.", "The lake is unchanged.", "Free space on it, then run again."
            )


class S3Store:
    """An S3 bucket; endpoint and credentials come from the usual AWS environment and profiles."""

    def __init__(self, bucket: str, client: S3Client) -> None:
        self.bucket = bucket
        self._client = client

    def url(self, path: str) -> str:
        return f"s3://{self.bucket}/{path}"

    def read(self, path: str) -> bytes | None:
        try:
            return self._client.get_object(Bucket=self.bucket, Key=path)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            return None

    def write(self, path: str, data: bytes) -> None:
        self._client.put_object(Bucket=self.bucket, Key=path, Body=data)

    def read_with_etag(self, path: str) -> tuple[bytes, str] | None:
        """The object's bytes and its version tag."""
        try:
            found = self._client.get_object(Bucket=self.bucket, Key=path)
        except self._client.exceptions.NoSuchKey:
            return None
        return found["Body"].read(), found["ETag"]

    def write_if(self, path: str, data: bytes, *, etag: str | None) -> str | None:
        """Write only if the object is still the one with `etag`, or still absent (None); the new tag, or None."""
        from botocore.exceptions import ClientError

        condition: dict[str, str] = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        try:
            return self._client.put_object(Bucket=self.bucket, Key=path, Body=data, **condition)["ETag"]  # type: ignore[arg-type]
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (_PRECONDITION_FAILED, _CONFLICT, _NOT_FOUND):
                return None
            raise

    def list(self, prefix: str) -> dict[str, int]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{prefix}/")
        return {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", ())}

    def delete(self, paths: Iterable[str]) -> None:
        keys = list(paths)
        for start in range(0, len(keys), _DELETE_BATCH):
            batch = [{"Key": key} for key in keys[start : start + _DELETE_BATCH]]
            self._client.delete_objects(Bucket=self.bucket, Delete={"Objects": batch, "Quiet": True})  # type: ignore[typeddict-item]

    def prepare(self, folder: str) -> None:
        """S3 has no folders."""

    def check_writable(self) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            # Always the same object: who may write here may not delete it.
            self._client.put_object(Bucket=self.bucket, Key=".probe", Body=b"")
        except ClientError as error:
            raise _s3_error(self.bucket, error.response["Error"].get("Code", ""), str(error)) from error
        except BotoCoreError as error:
            raise _s3_error(self.bucket, "", str(error)) from error


def _s3_error(bucket: str, code: str, message: str) -> UserError:
    unchanged = "Nothing was read and the lake is unchanged."
    if code == "NoSuchBucket":
        return UserError(
            f"There is no bucket {bucket}.",
            unchanged,
            f"Create it (`aws s3 mb s3://{bucket}`), or correct --lake or ODOO_LAKE_ROOT.",
        )
    if code in ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"):
        return UserError(
            f"The object store refuses to write to {bucket}: {message}",
            unchanged,
            "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_PROFILE, and the policy of that identity.",
        )
    return UserError(
        f"The object store can't be used: {message}",
        unchanged,
        "Check AWS_ENDPOINT_URL, the credentials and the network.",
    )
