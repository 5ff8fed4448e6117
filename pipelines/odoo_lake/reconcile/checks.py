"""The checks: pairs of queries, one for Odoo's database and one for silver and gold, that must agree.

A check's `odoo` query is written from Odoo's schema alone, by other means than the dbt models. It is a Jinja template:
`has(table, column)` tells what this database has; `as_of`, `timezone` and every business choice are there as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files
from typing import Annotated, Any

import yaml
from jinja2 import Environment, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field

from odoo_lake.extract.request import FigureQuery
from odoo_lake.lake.duck import identifier
from odoo_lake.source.odoo import OdooDatabase

_SUFFIX = ".yaml"
_ENVIRONMENT = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - the output is SQL


class Kind(StrEnum):
    """What a figure is, and so how far apart two of it may be."""

    MONEY = "money"
    QUANTITY = "quantity"
    PERCENT = "percent"
    COUNT = "count"

    @property
    def tolerance(self) -> Decimal:
        """The smallest difference that counts: half a cent, or what rounding of the last digit may cause."""
        return {
            Kind.MONEY: Decimal("0.005"),
            Kind.QUANTITY: Decimal("0.0005"),
            Kind.PERCENT: Decimal("0.0005"),
            Kind.COUNT: Decimal("0.5"),
        }[self]


class Check(BaseModel):
    """One check file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    meaning: str
    covers: Annotated[tuple[str, ...], Field(min_length=1)]
    """The silver and gold models that it proves."""
    keys: Annotated[tuple[str, ...], Field(min_length=1)]
    figures: dict[str, Kind]
    needs: tuple[str, ...] = ()
    """Odoo tables without which both sides are empty."""
    keeps_history: bool = True
    """False where Odoo overwrites the figures: then they can be taken for today only."""
    odoo: str
    lake: str

    def odoo_query(self, context: CheckContext) -> str | None:
        """The query for this database, its keys as text and its figures exact; None when it can't be asked."""
        if any(table not in context.database.relations for table in self.needs):
            return None
        if context.is_past and not self.keeps_history:
            return None
        query = _render(self.odoo, context.names)
        columns = [f"{identifier(key)}::text" for key in self.keys]
        columns += [f"{identifier(figure)}::numeric(38,10)" for figure in self.figures]
        return f"select {', '.join(columns)} from (\n{query}\n) as figures"

    def lake_query(self, names: Mapping[str, Any]) -> str:
        """The query for the lake, in the same shape."""
        columns = [f"cast({identifier(key)} as varchar) as {identifier(key)}" for key in self.keys]
        columns += [f"cast({identifier(figure)} as decimal(38,10)) as {identifier(figure)}" for figure in self.figures]
        return f"select {', '.join(columns)} from (\n{_render(self.lake, names)}\n) as figures"


@dataclass(frozen=True)
class CheckContext:
    """What the templates of Odoo's side may ask."""

    database: OdooDatabase
    as_of: date
    is_past: bool
    variables: Mapping[str, Any]

    @property
    def names(self) -> dict[str, Any]:
        return {
            **self.variables,
            "as_of": f"date '{self.as_of.isoformat()}'",
            "timezone": self.variables["business_timezone"],
            "version": self.database.version,
            "has": self.database.has_column,
            "has_table": self.database.relations.__contains__,
        }


def load_checks() -> tuple[Check, ...]:
    """All checks, by name."""
    folder = files("odoo_lake.reconcile") / "checks"
    named = sorted(
        (entry.name.removesuffix(".yaml"), entry) for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )
    return tuple(Check(name=name, **yaml.safe_load(entry.read_text())) for name, entry in named)


def figure_queries(context: CheckContext) -> list[FigureQuery]:
    """What an extraction asks the source, in its own snapshot."""
    asked = ((check.name, check.odoo_query(context)) for check in load_checks())
    return [FigureQuery(context.as_of, name, statement) for name, statement in asked if statement is not None]


def _render(template: str, names: Mapping[str, Any]) -> str:
    return _ENVIRONMENT.from_string(template).render(names)
