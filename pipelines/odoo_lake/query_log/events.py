"""Trino's event of a finished query, as its HTTP event listener posts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

PUBLISHED_CATALOG = "lake"
# A build writes tables here, which readers see through views in the schema without it.
BUILD_SUFFIX = "_build"


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class _Column(_Part):
    column: str
    mask: object = None


class _Table(_Part):
    catalog: str
    table_schema: str = Field(alias="schema")
    table: str
    columns: tuple[_Column, ...] = ()


class _Metadata(_Part):
    query_id: str
    query_state: str
    tables: tuple[_Table, ...] = ()


class _Context(_Part):
    user: str
    principal: str | None = None
    groups: tuple[str, ...] = ()
    source: str | None = None


class _Statistics(_Part):
    wall_time: timedelta
    queued_time: timedelta
    physical_input_bytes: int = 0


class _Failure(_Part):
    error_code: dict[str, object] = {}


class FinishedQuery(_Part):
    """The event; its text and whatever else it holds is not read."""

    metadata: _Metadata
    context: _Context
    statistics: _Statistics
    failure_info: _Failure | None = None
    create_time: datetime

    @property
    def login(self) -> str:
        """Who showed the password: a program that asks on behalf of its user is named here, the user in the context."""
        return self.context.principal or self.context.user

    @property
    def error_type(self) -> str | None:
        return str(self.failure_info.error_code.get("type")) if self.failure_info else None

    @property
    def columns(self) -> dict[tuple[str, str], bool]:
        """Published tables as `schema.table`, their columns that the query read, and whether they were masked.

        A view is read with what it stands on: its mask holds for both.
        """
        found: dict[tuple[str, str], bool] = {}
        for table in self.metadata.tables:
            if table.catalog == PUBLISHED_CATALOG:
                name = f"{table.table_schema.removesuffix(BUILD_SUFFIX)}.{table.table}"
                for column in table.columns:
                    key = (name, column.column)
                    found[key] = found.get(key, False) or bool(column.mask)
        return found


@dataclass(frozen=True)
class MalformedEventError(Exception):
    """What was posted is no event of a finished query."""

    reason: str


def parse_event(body: bytes) -> FinishedQuery:
    """Raises MalformedEventError."""
    try:
        return FinishedQuery.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MalformedEventError(f"{where}: {first['msg']}") from error


@dataclass(frozen=True)
class AccessPolicy:
    """What of contracts/access.yaml decides what is kept."""

    sensitive: Mapping[str, frozenset[str]]
    """Table as `schema.table` to its sensitive columns."""
    builders: frozenset[str]
    """Roles that build: their queries are by far the most, and read every column there is."""

    def keeps(self, query: FinishedQuery, table: str, column: str) -> bool:
        """Whether it is worth a row that the query read the column."""
        return column in self.sensitive.get(table, ()) or self.builders.isdisjoint(query.context.groups)


def access_policy(file: Path) -> AccessPolicy:
    """From contracts/access.yaml."""
    document = yaml.safe_load(file.read_text())
    return AccessPolicy(
        sensitive={table: frozenset(columns) for table, columns in document["origins"].items()},
        builders=frozenset(name for name, role in document["roles"].items() if role.get("builds")),
    )
