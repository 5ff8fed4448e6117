"""Connect to the source: read-only, named, with time-outs, in UTC; failures say what to do."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from odoo_lake.errors import UserError
from odoo_lake.settings import ExtractionSettings

SOURCE_VARIABLE = "ODOO_LAKE_SOURCE"
APPLICATION_NAME = "odoo-lake"

_INVALID_PASSWORD = ("28P01", "28000")
_NO_SUCH_DATABASE = "3D000"


class Source:
    """A PostgreSQL address; TLS and every other setting of the URL is libpq's own."""

    def __init__(self, url: str, settings: ExtractionSettings) -> None:
        try:
            self._parameters: dict[str, Any] = conninfo_to_dict(url)
        except psycopg.ProgrammingError as error:
            raise UserError(
                f"--source is not a PostgreSQL URL: {str(error).strip()}.",
                "There is nothing to connect to.",
                "Write it as postgresql://user:password@host:5432/database?sslmode=verify-full.",
            ) from error
        self._session = (
            "-c default_transaction_read_only=on -c jit=off -c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres"
            # Figures join whole tables. Where statistics are missing, as after a restore, PostgreSQL would take nested
            # loops for that and need hours. And a run takes no more processors than it has readers.
            " -c enable_nestloop=off -c work_mem=32MB -c max_parallel_workers_per_gather=0"
            f" -c statement_timeout={settings.statement_timeout_minutes * 60_000}"
            f" -c lock_timeout={settings.lock_timeout_seconds * 1000}"
        )

    @property
    def conninfo(self) -> str:
        """For libpq; holds the password, so it is never printed."""
        # The last of two equal settings counts: what the URL says goes before what is usual.
        options = " ".join(part for part in (self._session, self._parameters.get("options")) if part)
        parameters = {"application_name": APPLICATION_NAME, "connect_timeout": 15, **self._parameters}
        return make_conninfo("", **{**parameters, "options": options})

    @property
    def label(self) -> str:
        """The address without credentials, for messages and logs."""
        host = self._parameters.get("host", "localhost")
        return f"{self._parameters.get('dbname', '')} on {host}:{self._parameters.get('port', 5432)}"

    @property
    def database(self) -> str:
        return str(self._parameters.get("dbname", ""))

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection inside a read-only repeatable-read transaction; raises UserError."""
        try:
            connection = psycopg.connect(self.conninfo)
        except psycopg.OperationalError as error:
            raise _connection_error(self, error) from error
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return connection

    def without_secrets(self, message: str) -> str:
        """`message` with the password, if it is in there, taken out."""
        password = self._parameters.get("password")
        return message.replace(str(password), "***") if password else message


def _connection_error(source: Source, error: psycopg.OperationalError) -> UserError:
    # libpq's hint is an indented line of its own below the fact.
    facts = [line for line in source.without_secrets(str(error)).splitlines() if line and not line[0].isspace()]
    reason = facts[-1] if facts else type(error).__name__
    consequence = "Nothing was read and the lake is unchanged."
    # A failed connection carries no SQLSTATE in libpq, so the server's own wording decides.
    if error.sqlstate in _INVALID_PASSWORD or "authentication failed" in reason or "no password supplied" in reason:
        return UserError(
            f"The source refused the login: {reason}",
            consequence,
            f"Check user and password in --source or {SOURCE_VARIABLE}; `odoo-lake grants` prints the role to create.",
        )
    if error.sqlstate == _NO_SUCH_DATABASE or ("database" in reason and "does not exist" in reason):
        return UserError(
            f"There is no database {source.database!r} at the source: {reason}",
            consequence,
            f"Correct the database's name in --source or {SOURCE_VARIABLE}.",
        )
    return UserError(
        f"Can't connect to {source.label}: {reason}",
        consequence,
        "Check that host and port are right, that the server runs and that this machine may reach it.",
    )
