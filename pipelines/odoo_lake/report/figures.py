"""The plots of one company, as Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

import plotly.graph_objects as go

from odoo_lake.report.read import ReportData, Row

INK, MUTED, GRID = "#17212e", "#566273", "#e4e8ed"
BLUE, ORANGE, TEAL, GREY, VIOLET, ROSE = "#2f6db3", "#d98032", "#2a9d8f", "#97a3b0", "#7d6bb0", "#c2566a"
LIGHT_BLUE, LIGHT_TEAL = "#b9d0ea", "#9ed2ca"
AGEING_BUCKETS = {
    "not_due": ("not due", "#6fae9e"),
    "days_1_30": ("1\N{EN DASH}30 days", "#c9bd5b"),
    "days_31_60": ("31\N{EN DASH}60", "#e5a93d"),
    "days_61_90": ("61\N{EN DASH}90", "#e08238"),
    "days_91_120": ("91\N{EN DASH}120", "#cd5a3c"),
    "days_over_120": ("over 120", "#9b2f3c"),
}
_SECTIONS = {
    "revenue": ("Revenue", BLUE),
    "other_income": ("Other income", TEAL),
    "cost_of_revenue": ("Cost of revenue", ORANGE),
    "operating_expenses": ("Operating expenses", GREY),
    "depreciation": ("Depreciation", VIOLET),
    "other_expenses": ("Other expenses", ROSE),
}
_ACCOUNT_COLOURS = (BLUE, TEAL, ORANGE, VIOLET, ROSE, GREY)
_ACCOUNTS_SHOWN = 5
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def company_figures(data: ReportData, company: Row) -> dict[str, go.Figure]:
    """Plot name to figure; a plot with nothing to show is left out."""
    key, currency = company["company_id"], company["currency_code"] or ""
    ageing = {kind: data.of(f"{kind}_ageing", key) for kind in ("ar", "ap")}
    built = {
        "profit": _profit(data.of("profit_and_loss", key)),
        "cash": _cash(data.of("cash_position", key)),
        "ageing": _ageing(ageing, currency),
        "sales": _sales(data.of("sales_by_month", key)),
        "pipeline": _pipeline(data.of("sales_pipeline", key), currency),
        "fulfilment": _fulfilment(data.of("fulfilment_by_month", key)),
        "inventory": _inventory(data.of("inventory_by_month", key)),
    }
    return {name: plot for name, plot in built.items() if plot is not None}


def _profit(rows: Sequence[Row]) -> go.Figure | None:
    if not rows:
        return None
    months = [row["month"] for row in rows]
    plot = _figure(barmode="relative", bargap=0.25)
    for column, (name, colour) in _SECTIONS.items():
        values = _numbers(rows, column)
        if any(values):
            plot.add_bar(x=months, y=values, name=name, marker_color=colour, hovertemplate="%{y:,.0f}")
    plot.add_scatter(
        x=months,
        y=_numbers(rows, "net_income"),
        name="Net income",
        mode="lines+markers",
        line={"color": INK, "width": 2.5},
        marker={"size": 5},
        hovertemplate="%{y:,.0f}",
    )
    return _monthly(plot)


def _cash(rows: Sequence[Row]) -> go.Figure | None:
    if not rows:
        return None
    accounts = [list(group) for _, group in groupby(rows, key=lambda row: row["account_id"])]
    accounts.sort(key=lambda account: -abs(account[-1]["closing_balance"]))
    totals: dict[object, Decimal] = {}
    for row in rows:
        totals[row["date"]] = totals.get(row["date"], Decimal(0)) + row["closing_balance"]
    days = sorted(totals, key=str)
    plot = _figure()
    plot.add_scatter(
        x=days,
        y=[float(totals[day]) for day in days],
        name="All accounts",
        mode="lines",
        line={"color": INK, "width": 2.5, "shape": "hv"},
        fill="tozeroy",
        fillcolor="rgba(47,109,179,0.10)",
        hovertemplate="%{y:,.0f}",
    )
    if len(accounts) > 1:
        for account, colour in zip(accounts[:_ACCOUNTS_SHOWN], _ACCOUNT_COLOURS, strict=False):
            plot.add_scatter(
                x=[row["date"] for row in account],
                y=_numbers(account, "closing_balance"),
                name=f"{account[0]['account_code'] or ''} {account[0]['account_name']}".strip(),
                mode="lines",
                line={"color": colour, "width": 1.5, "shape": "hv"},
                hovertemplate="%{y:,.0f}",
            )
    plot.update_xaxes(hoverformat="%-d %b %Y")
    return plot


def _ageing(sides: dict[str, list[Row]], currency: str) -> go.Figure | None:
    names = {"ar": "Receivables", "ap": "Payables"}
    present = {names[kind]: rows[0] for kind, rows in sides.items() if rows}
    if not present:
        return None
    plot = _figure(barmode="relative", bargap=0.35, hovermode="closest")
    for column, (name, colour) in AGEING_BUCKETS.items():
        plot.add_bar(
            y=list(present),
            x=[float(row[column]) for row in present.values()],
            name=name,
            orientation="h",
            marker={"color": colour, "line": {"color": "#fff", "width": 1}},
            hovertemplate=f"%{{y}}, {name}: %{{x:,.0f}} {currency}<extra></extra>",
        )
    return _sideways(plot)


def _sales(rows: Sequence[Row]) -> go.Figure | None:
    if not any(row["amount_ordered"] or row["amount_invoiced"] for row in rows):
        return None
    months = [row["month"] for row in rows]
    plot = _figure(barmode="group", bargap=0.3, bargroupgap=0.05)
    for column, name, colour in (("amount_ordered", "Ordered", LIGHT_BLUE), ("amount_invoiced", "Invoiced", BLUE)):
        plot.add_bar(x=months, y=_numbers(rows, column), name=name, marker_color=colour, hovertemplate="%{y:,.0f}")
    return _monthly(plot)


def _pipeline(rows: Sequence[Row], currency: str) -> go.Figure | None:
    if not rows:
        return None
    stages = [row["stage_name"] or "no stage" for row in rows]
    plot = _figure(barmode="group", bargap=0.3, bargroupgap=0.05, hovermode="closest")
    for column, name, colour in (
        ("weighted_revenue", "Weighted by probability", BLUE),
        ("expected_revenue", "Expected", LIGHT_BLUE),
    ):
        plot.add_bar(
            y=stages,
            x=_numbers(rows, column),
            name=name,
            orientation="h",
            marker_color=colour,
            customdata=[row["opportunities"] for row in rows],
            hovertemplate=f"%{{y}}: %{{x:,.0f}} {currency}, %{{customdata}} opportunities<extra>{name}</extra>",
        )
    plot.update_layout(legend_traceorder="reversed")
    return _sideways(plot)


def _inventory(rows: Sequence[Row]) -> go.Figure | None:
    if not any(row["inventory_value"] for row in rows):
        return None
    months = [row["month"] for row in rows]
    plot = _figure(bargap=0.25)
    plot.add_bar(
        x=months,
        y=_numbers(rows, "inventory_value"),
        name="Value at month end",
        marker_color=LIGHT_TEAL,
        hovertemplate="%{y:,.0f}",
    )
    plot.add_scatter(
        x=months,
        y=_numbers(rows, "inventory_turns"),
        name="Turns a year (right)",
        yaxis="y2",
        mode="lines+markers",
        line={"color": INK, "width": 2},
        marker={"size": 5},
        hovertemplate="%{y:.2f}",
    )
    plot.update_layout(
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
            "tickformat": ".2~f",
            "tickmode": "auto",
            "nticks": 6,
        }
    )
    return _monthly(plot)


def _fulfilment(rows: Sequence[Row]) -> go.Figure | None:
    if not any(row["deliveries"] for row in rows):
        return None
    plot = _figure()
    for column, name, colour, width in (
        ("on_time_pct", "On time", ORANGE, 1.5),
        ("in_full_pct", "In full", BLUE, 1.5),
        ("otif_pct", "On time and in full", INK, 2.5),
    ):
        plot.add_scatter(
            x=[row["month"] for row in rows],
            y=_numbers(rows, column),
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": width},
            marker={"size": 5},
            hovertemplate="%{y:.1f} %",
        )
    plot.update_yaxes(tickformat=".0f", ticksuffix=" %", rangemode="tozero")
    return _monthly(plot)


def _figure(**layout: object) -> go.Figure:
    settings: dict[str, object] = {
        "template": None,
        "font": {"family": _FONT, "size": 13, "color": MUTED},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 12, "b": 8},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "#fff", "bordercolor": GRID, "font": {"color": INK}},
        "legend": {"orientation": "h", "y": -0.14, "yanchor": "top", "x": 0, "font": {"color": INK}},
        "separators": ".,",
        "dragmode": False,
        "modebar": {"remove": ["zoom", "pan"]},
        **layout,
    }
    axis = {"automargin": True, "gridcolor": GRID, "linecolor": GRID, "zerolinecolor": "#9aa6b2", "fixedrange": True}
    plot = go.Figure(layout=settings)
    plot.update_xaxes(**axis, showgrid=False, tickfont_color=MUTED)
    plot.update_yaxes(**axis, tickformat="~s", ticksuffix=" ")
    return plot


def _monthly(plot: go.Figure) -> go.Figure:
    plot.update_xaxes(type="date", tickformat="%b\n%Y", hoverformat="%B %Y", nticks=12)
    return plot


def _sideways(plot: go.Figure) -> go.Figure:
    plot.update_xaxes(tickformat="~s", showgrid=True)
    plot.update_yaxes(autorange="reversed", showgrid=False, tickfont_color=INK)
    return plot


def _numbers(rows: Sequence[Row], column: str) -> list[float | None]:
    return [None if row[column] is None else float(row[column]) for row in rows]
