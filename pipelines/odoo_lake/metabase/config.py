"""What the apply program is told: a mounted YAML file and secrets in the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from odoo_lake.product_setup.config import Section, read_config, read_secrets

ADMIN_PASSWORD = "METABASE_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
GOLD_PASSWORD = "GOLD_PASSWORD"  # noqa: S105 - the name of a variable


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
    return read_config(path, MetabaseConfig, "Metabase")


def load_secrets() -> Secrets:
    """Read the environment; raises UserError that names every variable that is missing."""
    admin_password, gold_password = read_secrets((ADMIN_PASSWORD, GOLD_PASSWORD), "Metabase")
    return Secrets(admin_password=admin_password, gold_password=gold_password)
