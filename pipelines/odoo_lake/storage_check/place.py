"""The bucket that is tried, and the folder in it that every trial stays in."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from odoo_lake.errors import UserError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_REFUSED_KEYS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}
_UNTRIED = "Nothing was tried."


@dataclass(frozen=True)
class Place:
    """A bucket; `folder` is new in each run, ends with a slash, and all that is written is below it."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    name: str = field(default_factory=lambda: f"storage-check-{uuid.uuid4().hex[:12]}")

    @property
    def folder(self) -> str:
        return f"{self.prefix}/{self.name}/" if self.prefix else f"{self.name}/"

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.folder}"

    @cached_property
    def s3(self) -> S3Client:
        return self.new_client()

    def new_client(self) -> S3Client:
        """A client with connections of its own: path style and only the checksums that S3 asks for, as the lake's."""
        import boto3
        from botocore.config import Config

        client: S3Client = boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
            config=Config(
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=5,
                read_timeout=60,
                retries={"max_attempts": 2, "mode": "standard"},
            ),
        )
        return client

    def check_reachable(self) -> None:
        """Raise UserError when there are no credentials, no server, or no such bucket."""
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

        try:
            self.s3.list_objects_v2(Bucket=self.bucket, MaxKeys=1)
        except NoCredentialsError as error:
            raise UserError(
                "There are no credentials.",
                _UNTRIED,
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
            ) from error
        except BotoCoreError as error:
            raise UserError(
                f"The store can't be reached: {error}", _UNTRIED, "Check AWS_ENDPOINT_URL and the network."
            ) from error
        except ClientError as error:
            code = error.response["Error"].get("Code", "")
            if code == "NoSuchBucket":
                raise UserError(
                    f"There is no bucket {self.bucket}.",
                    _UNTRIED,
                    f"Create it (`aws s3 mb s3://{self.bucket}`), or name another one.",
                ) from error
            if code in _REFUSED_KEYS:
                raise UserError(
                    f"The store refuses the credentials: {code}.",
                    _UNTRIED,
                    "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_PROFILE.",
                ) from error
            # Anything else is for the trials to name.


def parse_place(url: str) -> Place:
    """`s3://bucket[/folder]`, or `https://host[:port]/bucket[/folder]`; raises UserError for anything else."""
    parts = urlsplit(url)
    path = parts.path.strip("/")
    if parts.scheme == "s3" and parts.netloc:
        return Place(parts.netloc, path)
    if parts.scheme in {"http", "https"} and parts.netloc and path and "@" not in parts.netloc:
        bucket, _, prefix = path.partition("/")
        return Place(bucket, prefix, f"{parts.scheme}://{parts.netloc}")
    raise UserError(
        f"The URL {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path} names no bucket.",
        _UNTRIED,
        "Write s3://BUCKET with AWS_ENDPOINT_URL set, or https://HOST/BUCKET; keys belong in the AWS environment.",
    )
