"""Compare a check's two sides in DuckDB: every key, every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from odoo_lake.lake.duck import identifier, quoted
from odoo_lake.reconcile.checks import Check

_SHOWN_AT_MOST = 5


@dataclass(frozen=True)
class Difference:
    """One figure that is not the same on both sides; None where the figure is NULL."""

    key: tuple[tuple[str, str | None], ...]
    figure: str
    odoo: Decimal | None
    lake: Decimal | None


@dataclass(frozen=True)
class CheckResult:
    """What came out of one check."""

    check: Check
    keys_compared: int
    figures_compared: int
    greatest_difference: Decimal
    differing_figures: int
    first_differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        return self.differing_figures == 0


def compare(duck: duckdb.DuckDBPyConnection, check: Check, odoo: str, lake: str) -> CheckResult:
    """`odoo` and `lake` are relations with the check's keys and figures.

    A key that only one side has stands for zeros on the other; NULL equals NULL only.
    """
    duck.execute(f"create or replace temp table compared as {_joined(check, odoo, lake)}")
    keys = _scalar(duck, "select count(*) from compared")
    differing, greatest = 0, Decimal(0)
    first: list[Difference] = []
    for figure, kind in check.figures.items():
        differs = _differs(figure, kind.tolerance)
        count, widest = duck.execute(
            f"select count(*) filter (where {differs}),"
            f" coalesce(max(abs({_side(figure, 'o')} - {_side(figure, 'l')})), 0) from compared"
        ).fetchall()[0]
        differing += count
        greatest = max(greatest, widest)
        if count and len(first) < _SHOWN_AT_MOST:
            first += _examples(duck, check, figure, differs)
    return CheckResult(
        check=check,
        keys_compared=int(keys),
        figures_compared=int(keys) * len(check.figures),
        greatest_difference=greatest,
        differing_figures=differing,
        first_differences=tuple(first[:_SHOWN_AT_MOST]),
    )


def _joined(check: Check, odoo: str, lake: str) -> str:
    matches = " and ".join(f"o.{identifier(key)} is not distinct from l.{identifier(key)}" for key in check.keys)
    keys = "".join(f"coalesce(o.{identifier(key)}, l.{identifier(key)}) as {identifier(key)}, " for key in check.keys)
    figures = ", ".join(
        f"case when o.there then o.{identifier(figure)} else 0 end as {_side(figure, 'o')},"
        f" case when l.there then l.{identifier(figure)} else 0 end as {_side(figure, 'l')}"
        for figure in check.figures
    )
    return (
        f"select {keys}{figures} from (select *, true as there from {odoo}) as o"
        f" full join (select *, true as there from {lake}) as l on {matches}"
    )


def _side(figure: str, side: str) -> str:
    return identifier(f"{side} {figure}")


def _differs(figure: str, tolerance: Decimal) -> str:
    odoo, lake = _side(figure, "o"), _side(figure, "l")
    return f"(({odoo} is null) <> ({lake} is null) or abs({odoo} - {lake}) >= {tolerance})"


def _examples(duck: duckdb.DuckDBPyConnection, check: Check, figure: str, differs: str) -> Sequence[Difference]:
    keys = [identifier(key) for key in check.keys]
    rows = duck.execute(
        f"select {', '.join([*keys, _side(figure, 'o'), _side(figure, 'l')])} from compared where {differs}"
        f" order by {', '.join(keys)} limit {_SHOWN_AT_MOST}"
    ).fetchall()
    return [Difference(tuple(zip(check.keys, row[: len(keys)], strict=True)), figure, row[-2], row[-1]) for row in rows]


def _scalar(duck: duckdb.DuckDBPyConnection, statement: str) -> int:
    return int(duck.execute(statement).fetchall()[0][0])


def figures_relation(url: str) -> str:
    """The figures that an extraction kept."""
    return f"read_parquet({quoted(url)})"
