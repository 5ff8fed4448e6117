"""What the apply program is told: a mounted YAML file and secrets in the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from odoo_lake.errors import UserError

ADMIN_PASSWORD = "METABASE_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
GOLD_PASSWORD = "GOLD_PASSWORD"  # noqa: S105 - the name of a variable


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


class AdminConfig(Section):
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    secret: str
    """The Kubernetes secret that holds the password; named in errors only."""


class DatabaseConfig(Section):
    """The copy of gold, and the login that may read it."""

    name: str = "Odoo gold"
    host: str
    port: int
    database: str
    username: str
    schema_: str = Field(default="gold", alias="schema")
    secret: str


class MetabaseConfig(Section):
    """The file."""

    url: Annotated[str, Field(pattern=r"^https?://[^/]+$")]
    site_name: str = "Odoo lakehouse"
    admin: AdminConfig
    database: DatabaseConfig
    secret_generation: Annotated[int, Field(ge=1)] = 1
    """Above 1, the database's password is written again: Metabase never shows the one it has."""


class Secrets(BaseModel):
    """What is never in the file."""

    model_config = ConfigDict(frozen=True)

    admin_password: SecretStr
    gold_password: SecretStr


def load_config(path: Path) -> MetabaseConfig:
    """Read the file; raises UserError that names every key that is wrong."""
    try:
        return MetabaseConfig.model_validate(yaml.safe_load(path.read_text()))
    except OSError as error:
        raise UserError(f"{path} can't be read ({error.strerror}).", "Nothing was changed.", "Mount it.") from error
    except (ValidationError, yaml.YAMLError) as error:
        raise UserError(
            f"{path} is not a configuration of Metabase: {_summary(error)}.",
            "Nothing was changed in Metabase.",
            "Correct the named keys; the program that renders the file is infra/lakehouse/components/metabase.py.",
        ) from None


def load_secrets() -> Secrets:
    """Read the environment; raises UserError that names every variable that is missing."""
    missing = [name for name in (ADMIN_PASSWORD, GOLD_PASSWORD) if not os.environ.get(name)]
    if missing:
        raise UserError(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.",
            "Nothing was changed in Metabase.",
            "Take them from the secrets that the configuration file names.",
        )
    return Secrets(
        admin_password=SecretStr(os.environ[ADMIN_PASSWORD]), gold_password=SecretStr(os.environ[GOLD_PASSWORD])
    )


def _summary(error: ValidationError | yaml.YAMLError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors())
    return str(error).replace("\n", " ")
