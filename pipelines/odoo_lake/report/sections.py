"""The tiles and tables of one company."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from odoo_lake.report.formats import Figure, change, figure
from odoo_lake.report.read import ReportData, Row


@dataclass(frozen=True)
class Kpi:
    """How a KPI of the scorecard is told."""

    name: str
    label: str
    good: int
    """1 when more is better, -1 when less is, 0 when it depends."""
    is_flow: bool = False
    """True when it adds up over the month, so that the running month is not yet whole."""
    on_tile: bool = False


KPIS = (
    Kpi("finance.revenue", "Revenue", 1, is_flow=True, on_tile=True),
    Kpi("finance.net_income", "Net income", 1, is_flow=True, on_tile=True),
    Kpi("finance.gross_margin_pct", "Gross margin", 1, on_tile=True),
    Kpi("finance.cash_balance", "Cash", 1, on_tile=True),
    Kpi("finance.receivables", "Receivables", 0, on_tile=True),
    Kpi("finance.payables", "Payables", 0, on_tile=True),
    Kpi("finance.dso_days", "Days sales outstanding", -1),
    Kpi("finance.dpo_days", "Days payables outstanding", 0),
    Kpi("sales.amount_ordered", "Ordered", 1, is_flow=True, on_tile=True),
    Kpi("sales.amount_invoiced", "Invoiced", 1, is_flow=True),
    Kpi("sales.orders", "Orders", 1, is_flow=True),
    Kpi("sales.new_customers", "New customers", 1, is_flow=True),
    Kpi("sales.win_rate_pct", "Win rate", 1),
    Kpi("sales.quotation_conversion_pct", "Quotations confirmed", 1),
    Kpi("operations.inventory_value", "Inventory", 0, on_tile=True),
    Kpi("operations.inventory_turns", "Inventory turns", 1, is_flow=True),
    Kpi("operations.otif_pct", "On time in full", 1),
    Kpi("operations.stock_alerts", "Stock alerts", -1),
    Kpi("operations.vendor_on_time_pct", "Vendors on time", 1),
)


@dataclass(frozen=True)
class Score:
    """One KPI at the day of the report beside the month before; also a tile."""

    kpi: Kpi
    value: Figure
    previous: Figure
    change: str
    verdict: str
    """good, bad or neutral."""
    spark: str
    """Points of a polyline in a box of 100 x 28."""


@dataclass(frozen=True)
class Ranked:
    """One row of a list by size, with the share of its largest."""

    name: str
    figures: tuple[Figure, ...]
    share_pct: float


@dataclass(frozen=True)
class Alert:
    product: str
    warehouse: str
    level: str
    figures: tuple[Figure, ...]
    unit: str


def scores(data: ReportData, company: Row) -> list[Score]:
    """Every KPI of the scorecard, in the order in which it is read."""
    found = {row["kpi"]: row for row in data.of("scorecard", company["company_id"])}
    trends = data.of("trends", company["company_id"])
    history = {kpi: [row["value"] for row in rows] for kpi, rows in groupby(trends, key=lambda row: row["kpi"])}
    return [_score(kpi, found[kpi.name], history.get(kpi.name, []), company) for kpi in KPIS if kpi.name in found]


def _score(kpi: Kpi, row: Row, history: Sequence[Decimal | None], company: Row) -> Score:
    value, previous, unit = row["value"], row["previous_value"], row["unit"]
    verdict = "neutral"
    # Part of a month is always less than a whole one, and no verdict on it.
    if kpi.good and not kpi.is_flow and None not in (value, previous) and value != previous:
        verdict = "good" if (value > previous) == (kpi.good > 0) else "bad"
    return Score(
        kpi=kpi,
        value=figure(value, unit, company["currency_code"]),
        previous=figure(previous, unit, company["currency_code"]),
        change=change(value, previous, unit),
        verdict=verdict,
        spark=_spark(history),
    )


def _spark(values: Sequence[Decimal | None]) -> str:
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    step = 100 / (len(known) - 1)
    return " ".join(f"{index * step:.1f},{26 - 24 * (value - low) / span:.1f}" for index, value in enumerate(known))


def running_month(as_of: date) -> str:
    """How far the month is, or nothing when it is over."""
    days = calendar.monthrange(as_of.year, as_of.month)[1]
    return "" if as_of.day == days else f"{as_of.day} of {days} days"


def ranking(rows: Sequence[Row], name: str, by: str, columns: Sequence[str]) -> list[Ranked]:
    """Rows with their columns as amounts, and bars by one of them."""
    largest = max((row[by] for row in rows), default=Decimal(0))
    return [
        Ranked(
            name=row[name],
            figures=tuple(figure(row[column], "currency") for column in columns),
            share_pct=float(max(row[by], Decimal(0)) / largest * 100) if largest > 0 else 0.0,
        )
        for row in rows
    ]


def alerts(rows: Sequence[Row]) -> list[Alert]:
    return [
        Alert(
            product=row["product_name"],
            warehouse=row["warehouse_name"] or "",
            level=row["alert_level"].replace("_", " "),
            figures=tuple(
                figure(row[column], "quantity")
                for column in ("on_hand", "forecast", "min_quantity", "quantity_to_order")
            ),
            unit=row["uom_name"] or "",
        )
        for row in rows
    ]
