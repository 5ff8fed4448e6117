"""What the queries of a check may ask for, on Odoo's side and on the lake's.

Odoo's side knows `has(table, column)` and `has_table(table)`, by the names of the contracts and only for what they let
out; `version`, `as_of` (a date literal), `timezone`, every business choice, and the macros of `macros/`.
The lake's side knows `version`, `as_of` and the macros of `macros/lake.sql`; its SQL runs on DuckDB and on Trino.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Privacy
from odoo_lake.lake.duck import quoted
from odoo_lake.source.odoo import OdooDatabase

MACROS = ("general", "finance", "sales", "stock", "monthly")
LAKE_MACROS = "lake"
_ENVIRONMENT = Environment(
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - the output is SQL
    trim_blocks=True,
    lstrip_blocks=True,
)


def _literals(values: Iterable[str]) -> str:
    """SQL string literals for `in (...)`; none at all matches nothing."""
    return ", ".join(quoted(str(value)) for value in values) or "null"


_ENVIRONMENT.filters["literals"] = _literals


@dataclass(frozen=True)
class AccountSection:
    """A company's own choice of the profit and loss section that an account counts in."""

    company_id: int | None
    """None for all companies."""
    account_code: str
    section: str


def read_account_sections(seed: Path) -> tuple[AccountSection, ...]:
    """The choices in dbt's seed."""
    if not seed.is_file():
        return ()
    with seed.open(newline="") as rows:
        return tuple(
            AccountSection(
                int(row["company_id"]) if row["company_id"] else None, row["account_code"], row["pnl_section"]
            )
            for row in csv.DictReader(rows)
        )


@dataclass(frozen=True)
class Choices:
    """What the company decided: what may be read, and how its figures are stated."""

    catalogue: Catalogue
    variables: Mapping[str, Any]
    account_sections: tuple[AccountSection, ...] = ()


@dataclass(frozen=True)
class CheckContext:
    """The database, the company's choices and the day that figures are taken for."""

    database: OdooDatabase
    choices: Choices
    as_of: date
    is_past: bool

    def has_table(self, table: str) -> bool:
        """Whether the database has what the contract `table` is about."""
        contract = self.choices.catalogue.get(table)
        if contract is None or contract.relation not in self.database.relations:
            return False
        # A module adds columns to another module's table: timesheets are there when their filter's column is.
        filtered = [column.name for column in contract.columns if column.name in (contract.row_filter or "").split()]
        return all(self.database.has_column(contract.relation, name) for name in (*contract.primary_key, *filtered))

    def has(self, table: str, column: str) -> bool:
        """Whether the database has the column and the contract lets it out as it is."""
        return column in self._kept.get(table, ())

    @cached_property
    def _kept(self) -> dict[str, frozenset[str]]:
        return {
            table: frozenset(
                column.name
                for column in contract.columns
                if column.privacy is Privacy.KEEP and self.database.has_column(contract.relation, column.name)
            )
            for table, contract in self.choices.catalogue.items()
        }

    @cached_property
    def names(self) -> dict[str, Any]:
        """What a template of Odoo's side may name."""
        facts: dict[str, Any] = {
            **self.choices.variables,
            "as_of": f"date '{self.as_of.isoformat()}'",
            "timezone": self.choices.variables["business_timezone"],
            "version": self.database.version,
            "account_sections": self.choices.account_sections,
            "has": self.has,
            "has_table": self.has_table,
        }
        return facts | _macros(MACROS, facts)


def render_odoo(template: str, context: CheckContext) -> str:
    """The SQL for Odoo's database."""
    return _ENVIRONMENT.from_string(template).render(context.names)


@dataclass(frozen=True)
class LakeContext:
    """The state of the lake that is read: which Odoo it is from, and for which day."""

    version: int
    as_of: date

    @cached_property
    def names(self) -> dict[str, Any]:
        """What a template of the lake's side may name."""
        facts = {"version": self.version, "as_of": f"date '{self.as_of.isoformat()}'"}
        return facts | _macros((LAKE_MACROS,), facts)


def render_lake(template: str, context: LakeContext) -> str:
    """The SQL for silver and gold."""
    return _ENVIRONMENT.from_string(template).render(context.names)


def _macros(names: tuple[str, ...], facts: Mapping[str, Any]) -> dict[str, Any]:
    folder = files(__package__) / "macros"
    source = "\n".join((folder / f"{name}.sql").read_text() for name in names)
    module = _ENVIRONMENT.from_string(source).make_module(dict(facts))
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}
