"""What is known of Airbyte: a mounted YAML file and secrets in the environment."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from odoo_lake.airbyte.quartz import quartz
from odoo_lake.errors import UserError
from odoo_lake.product_setup.config import Section, read_config, read_secrets

URL_VARIABLE = "ODOO_LAKE_AIRBYTE_URL"
API_URL = r"^https?://.+/public/v1$"
CLIENT_ID = "AIRBYTE_CLIENT_ID"
CLIENT_SECRET = "AIRBYTE_CLIENT_SECRET"  # noqa: S105 - the name of a variable
ODOO_PASSWORD = "ODOO_PASSWORD"  # noqa: S105 - the name of a variable
ACCESS_KEY = "S3_ACCESS_KEY"
SECRET_KEY = "S3_SECRET_KEY"  # noqa: S105 - the name of a variable
CONNECTION = "odoo-to-bronze"


class Replication(StrEnum):
    """How changes are found: by the contract's cursor, or from the write-ahead log."""

    STANDARD = "standard"
    CDC = "cdc"


class SourceConfig(Section):
    name: str = "odoo"
    host: str
    port: int
    database: str
    username: str
    ssl_mode: str
    ca_certificate: str | None = None
    """PEM text of who signed the server's certificate; the modes that verify it need one."""
    replication: Replication = Replication.STANDARD
    secret: str
    """The Kubernetes secret that holds the password; named in errors only."""


class DestinationConfig(Section):
    name: str = "lake-bronze"
    bucket: str
    path: str = "odoo"
    endpoint: str
    region: str
    secret: str


class ConnectionConfig(Section):
    name: str = CONNECTION
    schedule: str
    """Five cron fields, UTC."""


class Size(Section):
    """What one container asks for, and its limit."""

    cpu_millicores: Annotated[int, Field(gt=0)]
    memory_mib: Annotated[int, Field(gt=0)]
    scratch_mib: Annotated[int, Field(gt=0)]

    def __add__(self, other: Size) -> Size:
        return Size(
            cpu_millicores=self.cpu_millicores + other.cpu_millicores,
            memory_mib=self.memory_mib + other.memory_mib,
            scratch_mib=self.scratch_mib + other.scratch_mib,
        )

    def fits(self, room: Size) -> bool:
        return (
            self.cpu_millicores <= room.cpu_millicores
            and self.memory_mib <= room.memory_mib
            and self.scratch_mib <= room.scratch_mib
        )

    def __str__(self) -> str:
        return f"{self.cpu_millicores}m CPU, {self.memory_mib}Mi memory, {self.scratch_mib}Mi scratch"


class SyncSizes(Section):
    """The containers of one sync pod and the room that the namespace's row leaves for it."""

    orchestrator: Size
    source: Size
    destination: Size
    headroom: Size


class AirbyteConfig(Section):
    """The file."""

    api_url: Annotated[str, Field(pattern=API_URL)]
    auth_secret: str
    source: SourceConfig
    destination: DestinationConfig
    connection: ConnectionConfig
    sync: SyncSizes
    secret_generation: Annotated[int, Field(ge=1)] = 1
    """Above 1, passwords and keys are written again: Airbyte never shows the ones it has."""

    @property
    def quartz_schedule(self) -> str:
        return quartz(self.connection.schedule)


class Client(BaseModel):
    """Who asks Airbyte's API, where it is, and what its errors say."""

    model_config = ConfigDict(frozen=True)

    api_url: Annotated[str, Field(pattern=API_URL)]
    client_id: SecretStr
    client_secret: SecretStr
    known_from: str
    """Where the id and the secret were found."""
    concerns: str = "source, destination and connection"
    again: str = "start the Job again"
    within_seconds: float | None = None
    """For all calls together."""


class Secrets(BaseModel):
    """What is never in the file."""

    model_config = ConfigDict(frozen=True)

    client_id: SecretStr
    client_secret: SecretStr
    odoo_password: SecretStr
    access_key: SecretStr
    secret_key: SecretStr


def load_config(path: Path) -> AirbyteConfig:
    """Read the file; raises UserError that names every key that is wrong."""
    return read_config(path, AirbyteConfig, "Airbyte")


def load_secrets() -> Secrets:
    """Read the environment; raises UserError that names every variable that is missing."""
    names = (CLIENT_ID, CLIENT_SECRET, ODOO_PASSWORD, ACCESS_KEY, SECRET_KEY)
    client_id, client_secret, password, access_key, secret_key = read_secrets(names, "Airbyte")
    return Secrets(
        client_id=client_id,
        client_secret=client_secret,
        odoo_password=password,
        access_key=access_key,
        secret_key=secret_key,
    )


def client_from_environment(within_seconds: float) -> Client:
    """Who asks for finished syncs, all calls in this time; raises UserError that names each variable that is wrong."""
    client_id, client_secret, url = read_secrets((CLIENT_ID, CLIENT_SECRET, URL_VARIABLE), "Airbyte")
    try:
        return Client(
            api_url=url.get_secret_value(),
            client_id=client_id,
            client_secret=client_secret,
            known_from=f"{CLIENT_ID} and {CLIENT_SECRET}",
            concerns="connections and jobs",
            again="wait for the next tick",
            within_seconds=within_seconds,
        )
    except ValidationError:
        raise UserError(
            f"{URL_VARIABLE} is {url.get_secret_value()!r}.",
            "It is unknown which syncs are finished, so none of them starts a run.",
            "Write it as http://host:8001/api/public/v1.",
        ) from None
