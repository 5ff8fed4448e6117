"""A store's server as its administrator reaches it, and what its refusals mean to a user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from odoo_lake.errors import UserError

if TYPE_CHECKING:
    from minio import MinioAdmin
    from mypy_boto3_s3 import S3Client

REFUSED = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "XMinioAdminInvalidAccessKey"}
FULL = {"XMinioAdminBucketQuotaExceeded", "XMinioStorageFull"}


@dataclass(frozen=True)
class Store:
    """A server and its administrator's keys."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str

    @classmethod
    def from_environment(cls, prefix: str = "") -> Store:
        """`<prefix>AWS_ENDPOINT_URL` and the AWS keys, as every program of the lake reads them; raises UserError."""
        names = [prefix + name for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
        if missing := [name for name in names if not os.environ.get(name)]:
            raise UserError(
                f"{' and '.join(missing)} is not set.", "There is no store to administer.", "Set it in the environment."
            )
        endpoint, access_key, secret_key = (os.environ[name] for name in names)
        return cls(endpoint, access_key, secret_key, os.environ.get(f"{prefix}AWS_REGION", "us-east-1"))

    def s3(self, access_key: str | None = None, secret_key: str | None = None, *, connections: int = 10) -> S3Client:
        """A client for the administrator, or for another pair of keys."""
        import boto3
        from botocore.config import Config

        client: S3Client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=access_key or self.access_key,
            aws_secret_access_key=secret_key or self.secret_key,
            config=Config(
                connect_timeout=5,
                read_timeout=60,
                retries={"max_attempts": 3},
                max_pool_connections=connections,
                # A body is sent as it is read; what arrived is compared by its MD5.
                request_checksum_calculation="when_required",
                s3={"addressing_style": "path", "payload_signing_enabled": False},
            ),
        )
        return client

    def admin(self) -> MinioAdmin:
        from minio import MinioAdmin
        from minio.credentials.providers import StaticProvider

        url = urlparse(self.endpoint)
        return MinioAdmin(
            endpoint=url.netloc,
            credentials=StaticProvider(self.access_key, self.secret_key),
            region=self.region,
            secure=url.scheme == "https",
        )

    def accepts(self, access_key: str, secret_key: str) -> bool:
        """Whether the store knows this pair; what it may do does not matter."""
        from botocore.exceptions import ClientError

        try:
            self.s3(access_key, secret_key).list_buckets()
        except ClientError as error:
            return error.response["Error"]["Code"] == "AccessDenied"
        return True


@contextmanager
def explained(endpoint: str, consequence: str) -> Iterator[None]:
    """What goes wrong at an endpoint becomes a UserError; `consequence` says what that means for the run."""
    from botocore.exceptions import BotoCoreError, ClientError
    from minio.error import MinioAdminException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (BotoCoreError, HTTPError) as error:
        raise UserError(
            f"The object store at {endpoint} does not answer: {type(error).__name__}.",
            consequence,
            f"Look at its pods: kubectl -n {_namespace(endpoint)} get pods.",
        ) from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in REFUSED or code == "403":
            raise UserError(
                f"The object store at {endpoint} refused the administrator's keys.",
                consequence,
                "Do the secret minio-root and the running server hold the same password? Restart the server's pods if "
                "not.",
            ) from error
        remedy = "Mend the cause and run it again; what is right stays as it is."
        if code in FULL:
            remedy = "Give the store larger volumes or remove what is not needed, then run it again."
        raise UserError(
            f"The object store at {endpoint} answered {code}: {error.response['Error'].get('Message', '')}.",
            consequence,
            remedy,
        ) from error
    except MinioAdminException as error:
        raise UserError(
            f"The object store at {endpoint} refused an administrator's request: {error}.",
            consequence,
            "Is AWS_ENDPOINT_URL a MinIO server, and minio-root its administrator?",
        ) from error


def _namespace(endpoint: str) -> str:
    """Where the server's pods are, from the name of its service."""
    host = urlparse(endpoint).netloc.split(".")
    return host[1] if host[2:3] == ["svc"] else "lake-minio"
