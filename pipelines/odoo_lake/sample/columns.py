"""Odoo's tables and columns per version, as `odoo_columns.csv` lists them.

The list holds secret columns too: what an extraction must leave out has to be there to be left out.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

VERSIONS = (16, 17, 18, 19)


class Content(StrEnum):
    """What a text column may hold that must not leave the database as it is."""

    PLAIN = ""
    CREDENTIAL = "credential"
    PRIVATE = "private"
    PERSONAL = "personal"

    @property
    def marker(self) -> str:
        """The text that every value of such a column contains, so that a leak can be searched for."""
        return _MARKERS[self]


_MARKERS = {
    Content.PLAIN: "",
    Content.CREDENTIAL: "CANARY-never-extract",
    Content.PRIVATE: "CANARY-drop",
    Content.PERSONAL: "canary-hash",
}


@dataclass(frozen=True)
class Column:
    """A column of one Odoo version; `default` is what Odoo writes when nobody sets a value."""

    name: str
    type: str
    not_null: bool
    default: str
    content: Content


@dataclass(frozen=True)
class Table:
    """A table of one Odoo version, its columns in Odoo's order."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@cache
def tables(odoo_version: int) -> Mapping[str, Table]:
    """Every table of the version, by name."""
    columns: dict[str, list[Column]] = {}
    keys: dict[str, list[str]] = {}
    with files(__package__).joinpath("odoo_columns.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if str(odoo_version) not in row["versions"].split():
                continue
            columns.setdefault(row["table"], []).append(
                Column(row["column"], row["type"], row["not_null"] == "yes", row["default"], Content(row["content"]))
            )
            if row["primary_key"] == "yes":
                keys.setdefault(row["table"], []).append(row["column"])
    return {name: Table(name, tuple(listed), tuple(keys[name])) for name, listed in columns.items()}


@cache
def known_columns() -> Mapping[str, frozenset[str]]:
    """The columns that a table has in any version."""
    known: dict[str, set[str]] = {}
    for version in VERSIONS:
        for table in tables(version).values():
            known.setdefault(table.name, set()).update(column.name for column in table.columns)
    return {name: frozenset(columns) for name, columns in known.items()}
