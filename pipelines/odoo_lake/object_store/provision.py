"""One run over a store: read, compare, change what differs, and say what was changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from odoo_lake.errors import UserError
from odoo_lake.object_store.access import Access, read_access, read_secret_key
from odoo_lake.object_store.buckets import provision_bucket
from odoo_lake.object_store.identities import provision_identities

if TYPE_CHECKING:
    from minio import MinioAdmin
    from mypy_boto3_s3 import S3Client

REFUSED = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "XMinioAdminInvalidAccessKey"}


@dataclass(frozen=True)
class Store:
    """A server and its administrator's keys."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str

    @classmethod
    def from_environment(cls) -> Store:
        """AWS_ENDPOINT_URL and the AWS keys, as every program of the lake reads them; raises UserError."""
        names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        if missing := [name for name in names if not os.environ.get(name)]:
            raise UserError(
                f"{' and '.join(missing)} is not set.", "There is no store to administer.", "Set it in the environment."
            )
        endpoint, access_key, secret_key = (os.environ[name] for name in names)
        return cls(endpoint, access_key, secret_key, os.environ.get("AWS_REGION", "us-east-1"))

    def s3(self, access_key: str | None = None, secret_key: str | None = None) -> S3Client:
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
                connect_timeout=5, read_timeout=60, retries={"max_attempts": 3}, s3={"addressing_style": "path"}
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


def provision(store: Store, access_file: Path, identities_directory: Path) -> list[str]:
    """Bring the store to what the document says; the changes that were made, none when it was right.

    Raises UserError when the store does not answer or refuses the administrator.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from minio.error import MinioAdminException
    from urllib3.exceptions import HTTPError

    access = read_access(access_file)
    secrets = {identity.name: read_secret_key(identities_directory, identity) for identity in access.identities}
    try:
        return list(_changes(store, access, secrets))
    except (BotoCoreError, HTTPError) as error:
        raise UserError(
            f"The object store at {store.endpoint} does not answer: {type(error).__name__}.",
            "Buckets and identities are as far as this run got.",
            "Look at its pods: kubectl -n lake-minio get pods.",
        ) from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in REFUSED or code == "403":
            raise _refused(store) from error
        raise UserError(
            f"The object store at {store.endpoint} answered {code}: {error.response['Error'].get('Message', '')}.",
            "Buckets and identities are as far as this run got.",
            "Mend the cause and run it again; what is right stays as it is.",
        ) from error
    except MinioAdminException as error:
        raise UserError(
            f"The object store at {store.endpoint} refused an administrator's request: {error}.",
            "Buckets and identities are as far as this run got.",
            "Is AWS_ENDPOINT_URL a MinIO server, and minio-root its administrator?",
        ) from error


def _changes(store: Store, access: Access, secrets: dict[str, str]) -> Iterator[str]:
    s3, admin = store.s3(), store.admin()
    # One call that only a known pair of keys may make; a HEAD has no body to say why it failed.
    s3.list_buckets()
    for bucket in access.buckets:
        yield from provision_bucket(s3, admin, bucket)
    yield from provision_identities(admin, access, lambda identity: secrets[identity.name], store.accepts)


def _refused(store: Store) -> UserError:
    return UserError(
        f"The object store at {store.endpoint} refused the administrator {store.access_key}.",
        "No bucket and no identity was changed.",
        "Do the secret minio-root and the running server hold the same password? Restart the server's pods if not.",
    )
