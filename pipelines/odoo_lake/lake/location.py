"""Where the lake is: a folder with three sub-folders, or three S3 buckets that share a name."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

from odoo_lake.errors import UserError
from odoo_lake.lake.duck import load_extension, quoted
from odoo_lake.lake.store import LocalStore, S3Store, Store

LAKE_VARIABLE = "ODOO_LAKE_ROOT"
WORK_VARIABLE = "ODOO_LAKE_WORK"
BUCKET_PREFIX = "odoo-lake"


@dataclass(frozen=True)
class Lake:
    """A lake by its root: `/data/lake` holds `odoo-lake-bronze`, ...; `s3://odoo-lake` means those buckets."""

    root: str

    @property
    def is_s3(self) -> bool:
        return self.root.startswith("s3://")

    def layer(self, name: str) -> Store:
        """The store of bronze, silver or gold."""
        if self.is_s3:
            return S3Store(self.bucket(name), self.s3)
        return LocalStore(Path(self.root) / f"{BUCKET_PREFIX}-{name}")

    def bucket(self, layer: str) -> str:
        """The bucket of a layer; raises UserError for a local lake."""
        if not self.is_s3:
            raise UserError(
                f"The lake {self.root} is a local folder.",
                "It has no buckets.",
                "Name an S3 lake: --lake s3://odoo-lake.",
            )
        return f"{urlsplit(self.root).netloc}-{layer}"

    @property
    def catalogues(self) -> Store:
        """Where the published catalogues are."""
        return self.layer("gold") if self.is_s3 else LocalStore(Path(self.root))

    @property
    def work_directory(self) -> Path:
        """A local folder for what can be made anew: the build database and spilled rows."""
        named = os.environ.get(WORK_VARIABLE)
        if named:
            return Path(named)
        if not self.is_s3:
            return Path(self.root) / ".work"
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return cache / "odoo-lakehouse" / "work" / hashlib.sha256(self.root.encode()).hexdigest()[:16]

    def grant_access(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let a DuckDB connection read and write this lake."""
        if self.is_s3:
            load_extension(connection, "httpfs")
            for name, value in self._secret_options().items():
                # Globally: dbt works through cursors, which do not take over what is set on their connection.
                connection.execute(f"set global {name} = {quoted(value)}")

    @cached_property
    def _session(self) -> Any:
        import boto3

        return boto3.session.Session()

    @cached_property
    def s3(self) -> Any:
        """A boto3 client, as the usual AWS environment says."""
        from botocore.config import Config

        # Path style and optional checksums: what MinIO and most S3-compatible stores understand.
        config = Config(
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"max_attempts": 5, "mode": "standard"},
        )
        return self._session.client("s3", config=config)

    def signed_in(self) -> Lake:
        """This lake as the identity that the environment names now; without it, the first use decides.

        Raises UserError without credentials.
        """
        if self.is_s3:
            self._secret_options()
        return self

    def _secret_options(self) -> dict[str, str]:
        credentials = self._session.get_credentials()
        if credentials is None:
            raise UserError(
                f"There are no credentials for {self.root}.",
                "The lake can't be read or written.",
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
            )
        frozen = credentials.get_frozen_credentials()
        endpoint = urlsplit(self.s3.meta.endpoint_url)
        options = {
            "s3_access_key_id": frozen.access_key,
            "s3_secret_access_key": frozen.secret_key,
            "s3_region": self.s3.meta.region_name or "us-east-1",
            "s3_endpoint": endpoint.netloc,
            "s3_url_style": "path",
            "s3_use_ssl": str(endpoint.scheme == "https").lower(),
        }
        if frozen.token:
            options["s3_session_token"] = frozen.token
        return options


def parse_lake(text: str) -> Lake:
    """A path or `s3://name`; raises UserError for anything else."""
    if text.startswith("s3://"):
        parts = urlsplit(text)
        if parts.path.strip("/") or not parts.netloc:
            raise UserError(
                f"--lake is {text}; an S3 lake is a name without a path.",
                "The three buckets of the lake are <name>-bronze, <name>-silver and <name>-gold.",
                f"Write s3://{parts.netloc or BUCKET_PREFIX}.",
            )
        return Lake(f"s3://{parts.netloc}")
    if "://" in text:
        raise UserError(
            f"--lake is {text}.", "Only a local path and s3:// are understood.", "Use a folder, or s3://odoo-lake."
        )
    return Lake(str(Path(text).expanduser().resolve()))
