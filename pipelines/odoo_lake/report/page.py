"""The page: one HTML file with its styles, its data and the plotting library in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from plotly.io import to_json
from plotly.offline import get_plotlyjs

from odoo_lake import __version__
from odoo_lake.report import formats
from odoo_lake.report.figures import AGEING_BUCKETS, company_figures
from odoo_lake.report.formats import Figure, figure
from odoo_lake.report.read import ReportData, Row
from odoo_lake.report.sections import Alert, Ranked, Score, alerts, ranking, running_month, scores

_LEVELS = {"out_of_stock": "out of stock", "below_minimum": "below minimum", "overstock": "overstocked"}
_PROFIT_ROWS = (
    ("revenue", "Revenue"),
    ("cost_of_revenue", "Cost of revenue"),
    ("gross_profit", "Gross profit"),
    ("operating_expenses", "Operating expenses"),
    ("other_income", "Other income"),
    ("depreciation", "Depreciation"),
    ("other_expenses", "Other expenses"),
    ("net_income", "Net income"),
)
_MONTHS_IN_TABLE = 6


@dataclass(frozen=True)
class ProfitLine:
    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class CompanyView:
    """What the template shows of one company."""

    key: int
    name: str
    currency: str
    scores: list[Score]
    plots: str
    """Plot name to Plotly's data and layout, as JSON that is safe inside a script element."""
    plot_names: frozenset[str]
    profit_months: tuple[str, ...]
    profit_lines: tuple[ProfitLine, ...]
    ageing: dict[str, dict[str, Figure]]
    partners: dict[str, list[Ranked]]
    products: list[Ranked]
    customers: list[Ranked]
    alert_counts: list[tuple[str, int]]
    alerts: list[Alert]

    @property
    def tiles(self) -> list[Score]:
        return [score for score in self.scores if score.kpi.on_tile]


def render(data: ReportData) -> str:
    """The page as text; no figure on it comes from anywhere but `data`."""
    environment = Environment(
        loader=PackageLoader("odoo_lake.report"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["age"] = formats.age
    environment.filters["number"] = formats.number
    as_of = data.publication.as_of
    return environment.get_template("report.html").render(
        data=data,
        companies=[_company(data, row) for row in data.companies],
        as_of=as_of,
        running_month=running_month(as_of),
        unassigned=sum(row["opportunities"] for row in data.of("sales_pipeline", None)),
        buckets=AGEING_BUCKETS,
        differing=sum(check.differing_figures for check in data.checks),
        compared=sum(check.figures_compared for check in data.checks),
        late=[table for table in data.tables if table.is_late],
        versions={
            "odoo-lake": __version__,
            "Odoo": data.commit.odoo_full_version if data.commit else "unknown",
            "dbt": version("dbt-core"),
            "DuckDB": version("duckdb"),
            "Plotly": version("plotly"),
        },
        styles=_text("report.css"),
        script=_text("report.js"),
        plotly=get_plotlyjs(),
    )


def _company(data: ReportData, company: Row) -> CompanyView:
    key, currency = company["company_id"], company["currency_code"]
    plots = company_figures(data, company)
    profit = data.of("profit_and_loss", key)[-_MONTHS_IN_TABLE:]
    partners = {kind: data.of(f"{kind}_partners", key) for kind in ("ar", "ap")}
    return CompanyView(
        key=key,
        name=company["company_name"],
        currency=currency or "",
        scores=scores(data, company),
        plots=_script_json({name: json.loads(to_json(plot, validate=True)) for name, plot in plots.items()}),
        plot_names=frozenset(plots),
        profit_months=tuple(f"{row['month']:%b %Y}" for row in profit),
        profit_lines=tuple(
            ProfitLine(label, tuple(figure(row[column], "currency") for row in profit))
            for column, label in _PROFIT_ROWS
        ),
        ageing={
            kind: {column: figure(rows[0][column], "currency") for column in (*AGEING_BUCKETS, "total")}
            for kind in ("ar", "ap")
            if (rows := data.of(f"{kind}_ageing", key))
        },
        partners={
            kind: ranking(rows, "partner_name", "total", ("total", "overdue")) for kind, rows in partners.items()
        },
        products=ranking(
            data.of("top_products", key),
            "product_name",
            "amount_invoiced",
            ("amount_invoiced", "gross_margin"),
        ),
        customers=ranking(
            data.of("top_customers", key),
            "customer_name",
            "amount_invoiced",
            ("amount_invoiced", "amount_ordered"),
        ),
        alert_counts=[
            (_LEVELS[row["alert_level"]], row["alerts"])
            for level in _LEVELS
            for row in data.of("stock_alert_counts", key)
            if row["alert_level"] == level
        ],
        alerts=alerts(data.of("stock_alerts", key)),
    )


def _script_json(value: object) -> str:
    # A name with </script> in it would end the element.
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _text(name: str) -> str:
    return (files("odoo_lake.report") / "templates" / name).read_text(encoding="utf-8")
