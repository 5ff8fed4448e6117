"""The checks: pairs of queries, one for Odoo's database and one for silver and gold, that must agree.

A check's `odoo` query is written from Odoo's schema alone, by other means than the dbt models. Both queries are Jinja
templates; `sides.py` lists what they may ask for.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from importlib.resources import files
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from odoo_lake.extract.request import FigureQuery
from odoo_lake.lake.duck import identifier
from odoo_lake.reconcile.sides import CheckContext, LakeContext, render_lake, render_odoo

SUFFIX = ".yaml"
OVERWRITTEN = "Odoo overwrites these figures: a past day's can't be asked for"


class Kind(StrEnum):
    """What a figure is, and so how far apart two of it may be."""

    MONEY = "money"
    QUANTITY = "quantity"
    PERCENT = "percent"
    DAYS = "days"
    RATIO = "ratio"
    COUNT = "count"

    @property
    def tolerance(self) -> Decimal:
        """The smallest difference that counts: half a cent, or what rounding of the last digit may cause."""
        return {
            Kind.MONEY: Decimal("0.005"),
            Kind.QUANTITY: Decimal("0.0005"),
            Kind.PERCENT: Decimal("0.0005"),
            Kind.DAYS: Decimal("0.0005"),
            Kind.RATIO: Decimal("0.0005"),
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
    figures: Annotated[dict[str, Kind], Field(min_length=1)]
    needs: tuple[str, ...] = ()
    """Source tables without which both sides are empty."""
    keeps_history: bool = True
    """False where Odoo overwrites the figures: then they can be taken for today only."""
    flags: tuple[str, ...] = ()
    """Boolean columns of Odoo's side alone that mark keys with a case that simple companies have none of."""
    odoo: str
    lake: str

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [*self.keys, *self.figures, *self.flags]
        if len(set(names)) < len(names):
            raise ValueError("a name stands twice among keys, figures and flags")
        return self

    def odoo_query(self, context: CheckContext) -> str:
        """The query for this database: keys as text, exact figures, flags."""
        columns = [f"{identifier(key)}::text" for key in self.keys]
        columns += [f"{identifier(figure)}::numeric(38,10)" for figure in self.figures]
        columns += [f"coalesce({identifier(flag)}, false) as {identifier(flag)}" for flag in self.flags]
        return f"select {', '.join(columns)} from (\n{render_odoo(self.odoo, context)}\n) as figures"

    def lake_query(self, context: LakeContext) -> str:
        """The query for the lake: keys and figures in the same shape."""
        columns = [f"cast({identifier(key)} as varchar) as {identifier(key)}" for key in self.keys]
        columns += [f"cast({identifier(figure)} as decimal(38,10)) as {identifier(figure)}" for figure in self.figures]
        return f"select {', '.join(columns)} from (\n{render_lake(self.lake, context)}\n) as figures"

    def why_not_asked(self, context: CheckContext) -> str | None:
        """Why this database can't answer, or None if it can."""
        missing = [table for table in self.needs if not context.has_table(table)]
        if missing:
            return f"this Odoo has no {', '.join(missing)}"
        if context.is_past and not self.keeps_history:
            return OVERWRITTEN
        return None


def load_checks() -> tuple[Check, ...]:
    """All checks, by name."""
    folder = files("odoo_lake.reconcile") / "checks"
    named = sorted(
        (entry.name.removesuffix(SUFFIX), entry) for entry in folder.iterdir() if entry.name.endswith(SUFFIX)
    )
    return tuple(Check(name=name, **yaml.safe_load(entry.read_text())) for name, entry in named)


def figure_queries(context: CheckContext) -> list[FigureQuery]:
    """What an extraction asks the source, in its own snapshot."""
    return [
        FigureQuery(context.as_of, check.name, check.odoo_query(context))
        for check in load_checks()
        if check.why_not_asked(context) is None
    ]
