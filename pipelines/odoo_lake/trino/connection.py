"""How Trino is reached: HTTPS and a password, from the environment; its results keep their exact types."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import trino.dbapi
from trino.auth import BasicAuthentication
from trino.exceptions import Error, HttpError, TrinoQueryError

from odoo_lake.errors import UserError

URL_VARIABLE = "ODOO_LAKE_TRINO_URL"
PASSWORD_VARIABLE = "ODOO_LAKE_TRINO_PASSWORD"  # noqa: S105 - the name of a variable
AUTHORITY_VARIABLE = "ODOO_LAKE_TRINO_CA"

BRONZE_CATALOG = "bronze"
BRONZE_SCHEMA = "odoo"
LAKE_CATALOG = "lake"

# Statements on tables wait for the metastore and the object store, not for each other.
_SESSIONS = 4

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class TrinoAddress:
    """A server and one of its users."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    certificate_authority: str | None = None
    """A file with the authority that signed the server's certificate; None for the system's own list."""

    @property
    def environment(self) -> dict[str, str]:
        """What dbt's profile asks of the environment."""
        return {
            "ODOO_LAKE_TRINO_HOST": self.host,
            "ODOO_LAKE_TRINO_PORT": str(self.port),
            "ODOO_LAKE_TRINO_USER": self.user,
            PASSWORD_VARIABLE: self.password,
            AUTHORITY_VARIABLE: self.certificate_authority or "",
            # A bundle named in the environment would come before the one in dbt's profile.
            **({"REQUESTS_CA_BUNDLE": self.certificate_authority} if self.certificate_authority else {}),
        }

    @contextmanager
    def connect(self) -> Iterator[Session]:
        """A session in the lake's catalog; raises UserError when the server can't be reached or refuses the user."""
        http = requests.Session()
        # A bundle or proxy named in the environment would come before what is configured here.
        http.trust_env = self.certificate_authority is None
        http.verify = self.certificate_authority or True
        connection = trino.dbapi.connect(  # type: ignore[no-untyped-call]
            host=self.host,
            port=self.port,
            user=self.user,
            http_scheme="https",
            auth=BasicAuthentication(self.user, self.password),
            catalog=LAKE_CATALOG,
            source="odoo-lake",
            timezone="UTC",
            http_session=http,
        )
        try:
            yield Session(connection, self)
        finally:
            connection.close()

    def each(self, items: Sequence[Item], work: Callable[[Session, Item], None]) -> None:
        """Do `work` for every item, on a few sessions at once; raises what the first of them that failed raised."""

        def share(part: Sequence[Item]) -> None:
            with self.connect() as session:
                for item in part:
                    work(session, item)

        with ThreadPoolExecutor(_SESSIONS) as pool:
            list(pool.map(share, [part for start in range(_SESSIONS) if (part := items[start::_SESSIONS])]))


class Session:
    """Statements on one connection."""

    def __init__(self, connection: trino.dbapi.Connection, address: TrinoAddress) -> None:
        self._connection = connection
        self.address = address

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """All rows; raises UserError when the server can't be reached, TrinoQueryError when the statement is wrong."""
        return self.table(statement)[1]

    def table(self, statement: str) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
        """Columns with their Trino types, and all rows."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(statement)
            rows = [tuple(row) for row in cursor.fetchall()]
            return {column[0]: str(column[1]) for column in cursor.description or ()}, rows
        except TrinoQueryError:
            raise
        except (Error, HttpError, OSError) as error:
            raise UserError(
                f"Trino at {self.address.host}:{self.address.port} can't be used as {self.address.user}: {error}",
                "Nothing was changed that readers see.",
                f"Check {URL_VARIABLE}, {PASSWORD_VARIABLE}, {AUTHORITY_VARIABLE} and that the server runs.",
            ) from error
        finally:
            cursor.close()


def trino_address(environment: Mapping[str, str] = os.environ) -> TrinoAddress:
    """The server that the environment names; raises UserError that names what is missing or wrong."""
    url = environment.get(URL_VARIABLE, "")
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or not parts.username:
        raise UserError(
            f"{URL_VARIABLE} is {url!r}.",
            "It is unknown which Trino to use, and as whom.",
            "Write it as https://user@host:8443; plain HTTP is refused by the server.",
        )
    password = environment.get(PASSWORD_VARIABLE)
    if not password:
        raise UserError(
            f"{PASSWORD_VARIABLE} is not set.", "Trino admits nobody without a password.", f"Set {PASSWORD_VARIABLE}."
        )
    return TrinoAddress(
        host=parts.hostname,
        port=parts.port or 8443,
        user=parts.username,
        password=password,
        certificate_authority=environment.get(AUTHORITY_VARIABLE) or None,
    )
