"""Fill an empty PostgreSQL database with a company as Odoo would have recorded it.

It writes tables, primary keys and one view. It makes no foreign keys, no indexes and no code: nothing runs on it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from odoo_lake.errors import UserError
from odoo_lake.sample import target
from odoo_lake.sample.columns import VERSIONS
from odoo_lake.sample.engine import Engine
from odoo_lake.sample.scale import Scale

# In the order in which one builds on another.
SCRIPTS = (
    "random.sql",
    "calendar.sql",
    "masters/companies.sql",
    "masters/chart.sql",
    "masters/partners.sql",
    "masters/products.sql",
    "masters/warehouses.sql",
    "sales/orders.sql",
    "sales/lines.sql",
    "sales/shipments.sql",
    "stock/outflow.sql",
    "stock/supply.sql",
    "purchase/orders.sql",
    "stock/movements.sql",
    "stock/pickings.sql",
    "stock/moves.sql",
    "stock/items.sql",
    "stock/valuation.sql",
    "sales/invoices.sql",
    "sales/credit_notes.sql",
    "purchase/bills.sql",
    "accounting/overheads.sql",
    "accounting/documents.sql",
    "accounting/counter.sql",
    "accounting/payments.sql",
    "accounting/manual.sql",
    "accounting/bank.sql",
    "accounting/ledger.sql",
    "accounting/reconciliation.sql",
    "accounting/numbering.sql",
    "accounting/statements.sql",
    "accounting/tables.sql",
    "masters/tables_partners.sql",
    "masters/tables_products.sql",
    "masters/tables_accounts.sql",
    "crm/leads.sql",
    "hr/employees.sql",
    "projects/projects.sql",
    "projects/tables.sql",
    "budgets/budgets.sql",
    "masters/system.sql",
    "sales/progress.sql",
    "sales/tables.sql",
    "purchase/tables.sql",
    "stock/tables.sql",
    "stock/tables_value.sql",
)


@dataclass(frozen=True)
class Summary:
    """Rows of each table."""

    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def refuse_unknown_version(odoo_version: int) -> None:
    """Raise UserError unless a company of this Odoo version can be made."""
    if odoo_version not in VERSIONS:
        raise UserError(
            f"Odoo {odoo_version} is not known.",
            "Its tables and columns cannot be made.",
            f"Choose one of {', '.join(map(str, VERSIONS))}.",
        )


def generate(
    source_url: str,
    *,
    odoo_version: int,
    scale: Scale,
    seed: int,
    today: datetime.date,
    progress: Callable[[str, int], None] | None = None,
) -> Summary:
    """Write three years of a company's history that end at `today`; the same arguments give the same rows."""
    refuse_unknown_version(odoo_version)
    target.refuse_unless_empty(source_url)
    engine = Engine(odoo_version=odoo_version, scale=scale, seed=seed, today=today)
    for script in SCRIPTS:
        engine.run(script)
    return Summary(target.write(engine, source_url, odoo_version, progress))
