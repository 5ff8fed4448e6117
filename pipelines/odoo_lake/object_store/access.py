"""The document that says which buckets and identities there are; the platform writes it and mounts it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from odoo_lake.errors import UserError

SECRET_KEY_FILE = "secret-key"  # noqa: S105 - the name of a file


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class Bucket(_Model):
    """`expire_after_days` deletes objects below a prefix; `noncurrent_version_days` replaced versions."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    versioned: bool
    noncurrent_version_days: Annotated[int, Field(ge=1)] | None
    expire_after_days: dict[str, Annotated[int, Field(ge=1)]]
    quota_bytes: Annotated[int, Field(ge=1)]


class Identity(_Model):
    """A user by its access key, with its one policy document. Its secret key is in a mounted file."""

    name: str
    access_key: str
    policy: dict[str, Any]


class Access(_Model):
    """Users and policies whose name starts with `identity_prefix` are ours: those not listed are removed."""

    buckets: tuple[Bucket, ...]
    identities: tuple[Identity, ...]
    identity_prefix: Annotated[str, Field(min_length=1)]


def read_access(path: Path) -> Access:
    """Raises UserError when the file is absent or not such a document."""
    try:
        return Access.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror}.", "Nothing says which buckets there are.", "Mount it."
        ) from error
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(str(part) for part in detail["loc"]) or "the document"
        raise UserError(
            f"{path}: {where}: {detail['msg']}.",
            "The document and this program disagree; nothing was changed.",
            "Run the image of the same version as the platform.",
        ) from error


def read_secret_key(directory: Path, identity: Identity) -> str:
    """The identity's secret key from `<directory>/<name>/secret-key`; raises UserError that names the secret."""
    path = directory / identity.name / SECRET_KEY_FILE
    try:
        secret = path.read_text().strip()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror}.",
            f"{identity.access_key} would have no secret key.",
            f"Mount the secret minio-{identity.name} there.",
        ) from error
    if not 8 <= len(secret) <= 40:
        raise UserError(
            f"The secret key of {identity.access_key} has {len(secret)} characters.",
            "The store takes 8 to 40.",
            f"Put a new one into the secret minio-{identity.name}.",
        )
    return secret
