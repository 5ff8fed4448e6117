"""The first dashboard of each domain of gold: its questions, and where they stand. Users make their own beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

COLUMNS = 24
HALF, HEIGHT = COLUMNS // 2, 7


@dataclass(frozen=True, kw_only=True)
class Question:
    """One query of gold. Amounts of several companies are added up in one currency only."""

    name: str
    description: str
    sql: str
    display: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Board:
    """A dashboard in a collection of its own name; two questions stand in a row."""

    name: str
    description: str
    questions: tuple[Question, ...]

    def place(self, position: int) -> dict[str, int]:
        """Where a question stands, in Metabase's grid."""
        row, column = divmod(position, 2)
        return {"row": row * HEIGHT, "col": column * HALF, "size_x": HALF, "size_y": HEIGHT}


def _over(dimensions: list[str], metrics: list[str]) -> dict[str, Any]:
    return {"graph.dimensions": dimensions, "graph.metrics": metrics}


BOARDS: tuple[Board, ...] = (
    Board(
        name="Finance",
        description="Result, cash, receivables and payables.",
        questions=(
            Question(
                name="Result by month",
                description="Revenue, costs and net income in the reporting currency.",
                sql="select month, sum(revenue_reporting) as revenue, sum(operating_expenses_reporting) as expenses, "
                "sum(net_income_reporting) as net_income from gold.monthly_pnl group by month order by month",
                display="line",
                settings=_over(["month"], ["revenue", "expenses", "net_income"]),
            ),
            Question(
                name="Cash by day",
                description="Closing balance of all bank and cash accounts, by currency.",
                sql="select date, currency_code, sum(closing_balance) as cash from gold.daily_cash_position "
                "group by date, currency_code order by date, currency_code",
                display="line",
                settings=_over(["date", "currency_code"], ["cash"]),
            ),
            Question(
                name="Receivables by age",
                description="What customers owe, by currency and days past the due date.",
                sql="select currency_code, sum(not_due) as not_due, sum(days_1_30) as days_1_30, "
                "sum(days_31_60) as days_31_60, sum(days_61_90) as days_61_90, sum(days_91_120) as days_91_120, "
                "sum(days_over_120) as days_over_120, sum(total) as total from gold.ar_aging "
                "group by currency_code order by currency_code",
                display="table",
            ),
            Question(
                name="Payables by age",
                description="What is owed to vendors, by currency and days past the due date.",
                sql="select currency_code, sum(not_due) as not_due, sum(days_1_30) as days_1_30, "
                "sum(days_31_60) as days_31_60, sum(days_61_90) as days_61_90, sum(days_91_120) as days_91_120, "
                "sum(days_over_120) as days_over_120, sum(total) as total from gold.ap_aging "
                "group by currency_code order by currency_code",
                display="table",
            ),
        ),
    ),
    Board(
        name="Sales",
        description="Orders, invoices, customers and opportunities.",
        questions=(
            Question(
                name="Ordered and invoiced by month",
                description="Amounts without tax in the reporting currency.",
                sql="select month, sum(amount_ordered_reporting) as ordered, "
                "sum(amount_invoiced_reporting) as invoiced from gold.kpi_sales_summary group by month order by month",
                display="bar",
                settings=_over(["month"], ["ordered", "invoiced"]),
            ),
            Question(
                name="Orders by day",
                description="Confirmed orders and the customers who placed them.",
                sql="select date, sum(orders) as orders, sum(customers) as customers from gold.daily_sales "
                "group by date order by date",
                display="line",
                settings=_over(["date"], ["orders", "customers"]),
            ),
            Question(
                name="Pipeline by stage",
                description="Open opportunities: expected revenue, and weighted by probability, by currency.",
                sql="select stage_name, currency_code, min(stage_sequence) as sequence, "
                "sum(opportunities) as opportunities, sum(expected_revenue) as expected_revenue, "
                "sum(weighted_revenue) as weighted_revenue from gold.sales_pipeline "
                "group by stage_name, currency_code order by sequence, stage_name, currency_code",
                display="table",
            ),
            Question(
                name="Customers by amount invoiced",
                description="The fifty largest of all time in each currency's own amounts.",
                sql="select customer_id, currency_code, sum(invoices) as invoices, "
                "sum(amount_invoiced) as amount_invoiced, max(last_invoice_date) as last_invoice_date "
                "from gold.customer_lifetime_value group by customer_id, currency_code "
                "order by amount_invoiced desc, customer_id limit 50",
                display="table",
            ),
        ),
    ),
    Board(
        name="Operations",
        description="Deliveries, stock and its value.",
        questions=(
            Question(
                name="Deliveries on time and in full",
                description="Percent of a month's deliveries; companies count by their deliveries.",
                sql="select month, sum(otif_pct * deliveries) / nullif(sum(deliveries), 0) as on_time_in_full_pct, "
                "sum(on_time_pct * deliveries) / nullif(sum(deliveries), 0) as on_time_pct "
                "from gold.fulfillment_metrics group by month order by month",
                display="line",
                settings=_over(["month"], ["on_time_in_full_pct", "on_time_pct"]),
            ),
            Question(
                name="Inventory value by month",
                description="At the end of the month, by currency.",
                sql="select month, currency_code, sum(inventory_value) as inventory_value "
                "from gold.kpi_operations_summary group by month, currency_code order by month, currency_code",
                display="line",
                settings=_over(["month", "currency_code"], ["inventory_value"]),
            ),
            Question(
                name="Stock alerts by warehouse",
                description="Products under their limits now.",
                sql="select warehouse_name, alert_level, count(*) as products from gold.stock_alerts "
                "group by warehouse_name, alert_level order by warehouse_name, alert_level",
                display="bar",
                settings=_over(["warehouse_name", "alert_level"], ["products"]),
            ),
            Question(
                name="To order",
                description="The hundred products that lack most.",
                sql="select warehouse_name, product_id, alert_level, on_hand, forecast, quantity_to_order "
                "from gold.stock_alerts where quantity_to_order > 0 "
                "order by quantity_to_order desc, product_id, warehouse_name limit 100",
                display="table",
            ),
        ),
    ),
    Board(
        name="Executive",
        description="Every company on one page.",
        questions=(
            Question(
                name="Scorecard",
                description="Each figure of the newest day, and how it changed.",
                sql="select company_id, kpi, unit, currency_code, value, previous_value, change_pct, as_of_date "
                "from gold.company_scorecard order by company_id, kpi",
                display="table",
            ),
            Question(
                name="Trends",
                description="Amounts in the reporting currency, by month.",
                sql="select month, kpi, sum(value_reporting) as value from gold.trend_analysis "
                "where value_reporting is not null group by month, kpi order by month, kpi",
                display="line",
                settings=_over(["month", "kpi"], ["value"]),
            ),
        ),
    ),
)
