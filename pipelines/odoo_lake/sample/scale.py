"""How much of everything a sample company holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scale(StrEnum):
    """The size of a sample company."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True)
class Size:
    """Numbers of records; the SQL reads each field as a DuckDB variable of the same name."""

    users: int
    customers: int
    vendors: int
    products: int
    orders: int
    order_line_value: int
    """Typical untaxed value of an order line."""
    deliveries_per_batch: int
    """Delivery lines that one purchased batch covers."""
    purchase_interval_days: int
    """Days whose needs go into one purchase order."""
    leads: int
    projects: int
    tasks_per_project: int
    employees: int
    timesheets_per_task: int
    shops: int
    counter_lines: int
    """Revenue lines in one counter-sales entry."""
    counter_interval_days: int
    budget_depth: int
    """Companies with a budget."""
    messages: int


SIZES: dict[Scale, Size] = {
    Scale.SMALL: Size(
        users=6,
        customers=60,
        vendors=14,
        products=60,
        orders=220,
        order_line_value=3200,
        deliveries_per_batch=2,
        purchase_interval_days=35,
        leads=120,
        projects=6,
        tasks_per_project=14,
        employees=14,
        timesheets_per_task=8,
        shops=1,
        counter_lines=4,
        counter_interval_days=14,
        budget_depth=3,
        messages=40,
    ),
    Scale.MEDIUM: Size(
        users=14,
        customers=1200,
        vendors=45,
        products=500,
        orders=3800,
        order_line_value=1400,
        deliveries_per_batch=4,
        purchase_interval_days=21,
        leads=1500,
        projects=30,
        tasks_per_project=40,
        employees=60,
        timesheets_per_task=12,
        shops=1,
        counter_lines=26,
        counter_interval_days=1,
        budget_depth=3,
        messages=400,
    ),
    Scale.LARGE: Size(
        users=60,
        customers=15000,
        vendors=250,
        products=4000,
        orders=150000,
        order_line_value=700,
        deliveries_per_batch=8,
        purchase_interval_days=28,
        leads=30000,
        projects=240,
        tasks_per_project=80,
        employees=400,
        timesheets_per_task=12,
        shops=8,
        counter_lines=410,
        counter_interval_days=1,
        budget_depth=3,
        messages=5000,
    ),
}
