"""Compare a check's two sides in DuckDB: every key, every figure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb

from odoo_lake.lake.duck import identifier, quoted
from odoo_lake.reconcile.checks import Check

SHOWN_AT_MOST = 5
ROWS = "rows of this key"
"""The figure named in a difference when a side has a key more than once."""
SOURCE = identifier("taken from")
"""Which side a row is of: a name that no check's key has."""


@dataclass(frozen=True)
class Difference:
    """One figure that is not the same on both sides; None where it is NULL, or the key is not there."""

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
    flagged_keys: dict[str, int] = field(default_factory=dict)
    """How many of the keys that both sides have are marked by each flag."""

    @property
    def agrees(self) -> bool:
        return self.differing_figures == 0


def compare(duck: duckdb.DuckDBPyConnection, check: Check, odoo: str, lake: str) -> CheckResult:
    """`odoo` and `lake` are relations with the check's keys and figures.

    NULL equals NULL only, in keys and in figures. A key that only one side has stands for zero or NULL on the other:
    a check whose every row matters has a figure that is 1. A key that one side has twice is a difference.
    """
    duck.execute(f"create or replace temp table compared as {_matched(check, odoo, lake)}")
    verdicts = {ROWS: _is_repeated(), **{figure: _differs(figure, kind.tolerance) for figure, kind in _kinds(check)}}
    counts = ", ".join(f"count(*) filter (where {verdict})" for verdict in verdicts.values())
    distances = ", ".join(_distance(figure) for figure in check.figures)
    [[keys, greatest, *differing]] = duck.execute(
        f"select count(*), coalesce(max(greatest({distances})), 0), {counts} from compared"
    ).fetchall()
    first: list[Difference] = []
    for (figure, verdict), count in zip(verdicts.items(), differing, strict=True):
        if count and len(first) < SHOWN_AT_MOST:
            first += _examples(duck, check, figure, verdict)
    return CheckResult(
        check=check,
        keys_compared=keys,
        figures_compared=keys * len(check.figures),
        greatest_difference=greatest,
        differing_figures=sum(differing),
        first_differences=tuple(first[:SHOWN_AT_MOST]),
        flagged_keys=_flagged(duck, check),
    )


def _kinds(check: Check) -> list[tuple[str, Any]]:
    return list(check.figures.items())


def _matched(check: Check, odoo: str, lake: str) -> str:
    # Grouping takes NULL keys as equal and shows repeated ones; a join would multiply them.
    keys = ", ".join(identifier(key) for key in check.keys)
    figures = ", ".join(identifier(figure) for figure in check.figures)
    sides = "".join(
        f", any_value({identifier(figure)}) filter (where {SOURCE} = '{side}') as {_side(figure, side)}"
        for figure in check.figures
        for side in ("odoo", "lake")
    )
    rows = ", ".join(f"count(*) filter (where {SOURCE} = '{side}') as {_side(ROWS, side)}" for side in ("odoo", "lake"))
    marks = "".join(f", coalesce(bool_or({identifier(flag)}), false) as {identifier(flag)}" for flag in check.flags)
    own = "".join(f", {identifier(flag)}" for flag in check.flags)
    none = "".join(f", null as {identifier(flag)}" for flag in check.flags)
    return (
        f"select {keys}, {rows}{sides}{marks} from"
        f" (select 'odoo' as {SOURCE}, {keys}, {figures}{own} from {odoo} as odoo"
        f" union all select 'lake' as {SOURCE}, {keys}, {figures}{none} from {lake} as lake) as both_sides"
        f" group by {keys}"
    )


def _side(figure: str, side: str) -> str:
    return identifier(f"{side} {figure}")


def _is_repeated() -> str:
    return f"({_side(ROWS, 'odoo')} > 1 or {_side(ROWS, 'lake')} > 1)"


def _differs(figure: str, tolerance: Decimal) -> str:
    odoo, lake = _side(figure, "odoo"), _side(figure, "lake")
    on_both = f"({_side(ROWS, 'odoo')} = 1 and {_side(ROWS, 'lake')} = 1)"
    one_is_null = f"({on_both} and ({odoo} is null) <> ({lake} is null))"
    return f"(not {_is_repeated()} and ({one_is_null} or {_distance(figure)} >= {tolerance}))"


def _distance(figure: str) -> str:
    return f"abs(coalesce({_side(figure, 'odoo')}, 0) - coalesce({_side(figure, 'lake')}, 0))"


def _examples(duck: duckdb.DuckDBPyConnection, check: Check, figure: str, verdict: str) -> list[Difference]:
    keys = [identifier(key) for key in check.keys]
    rows = duck.execute(
        f"select {', '.join([*keys, _side(figure, 'odoo'), _side(figure, 'lake')])} from compared where {verdict}"
        f" order by {', '.join(keys)} limit {SHOWN_AT_MOST}"
    ).fetchall()
    return [
        Difference(tuple(zip(check.keys, row[:-2], strict=True)), figure, _number(row[-2]), _number(row[-1]))
        for row in rows
    ]


def _number(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _flagged(duck: duckdb.DuckDBPyConnection, check: Check) -> dict[str, int]:
    if not check.flags:
        return {}
    on_both = f"{_side(ROWS, 'odoo')} > 0 and {_side(ROWS, 'lake')} > 0"
    counts = ", ".join(f"count(*) filter (where {identifier(flag)} and {on_both})" for flag in check.flags)
    [row] = duck.execute(f"select {counts} from compared").fetchall()
    return dict(zip(check.flags, row, strict=True))


def figures_relation(url: str) -> str:
    """The figures that an extraction kept."""
    return f"read_parquet({quoted(url)})"
