"""Figures worked out here, straight from Odoo's tables, beside what `odoo-lake query` prints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.data.lakes import BuiltLake

pytestmark = pytest.mark.data

# Odoo's query, then the lake's; the last `figures` columns of both are figures, those before are the key. `{day}` is
# the day that the lake states.
FIGURES: dict[str, tuple[int, str, str]] = {
    "trial balance": (
        3,
        """
        select company_id, account_id, sum(debit), sum(credit), sum(balance) from account_move_line
        where parent_state = 'posted' and account_id is not null and date <= '{day}' group by 1, 2
        """,
        """
        select company_id, account_id, sum(debit) as debit, sum(credit) as credit, sum(balance) as balance
        from silver.fact_journal_entry where is_posted and date <= date '{day}' group by all
        """,
    ),
    "net income per month": (
        1,
        """
        select l.company_id, date_trunc('month', l.date)::date::text, -sum(l.balance)
        from account_move_line l join account_account a on a.id = l.account_id
        where l.parent_state = 'posted' and l.date <= '{day}'
            and (a.account_type like 'income%' or a.account_type like 'expense%')
        group by 1, 2 having sum(l.balance) <> 0
        """,
        "select company_id, month, net_income from gold.monthly_pnl where net_income <> 0",
    ),
    "invoiced per customer": (
        1,
        """
        select m.company_id, m.commercial_partner_id, -sum(l.balance)
        from account_move m join account_move_line l on l.move_id = m.id and l.display_type = 'product'
        where m.state = 'posted' and m.move_type in ('out_invoice', 'out_refund', 'out_receipt')
            and m.invoice_date <= '{day}' and m.commercial_partner_id is not null
        group by 1, 2
        """,
        """
        select company_id, customer_id, amount_invoiced from gold.customer_lifetime_value
        where customer_id is not null
        """,
    ),
    "stock on hand": (
        1,
        """
        select q.product_id, q.location_id, sum(q.quantity)
        from stock_quant q join stock_location l on l.id = q.location_id and l.usage in ('internal', 'transit')
        group by 1, 2 having sum(q.quantity) <> 0
        """,
        """
        select product_id, location_id, sum(quantity) as quantity from silver.snapshot_inventory
        where snapshot_date = (select max(snapshot_date) from silver.snapshot_inventory) and location_id is not null
        group by all having sum(quantity) <> 0
        """,
    ),
    "timesheets per employee": (
        2,
        """
        select employee_id, sum(unit_amount), -sum(amount) from account_analytic_line
        where project_id is not null group by 1
        """,
        "select employee_id, sum(hours) as hours, sum(cost) as cost from silver.fact_timesheet group by all",
    ),
}
RECEIVABLES = (
    1,
    """
    select l.company_id, p.commercial_partner_id, sum(l.amount_residual)
    from account_move_line l
    join account_account a on a.id = l.account_id and a.account_type = 'asset_receivable'
    left join res_partner p on p.id = l.partner_id
    where l.parent_state = 'posted' group by 1, 2 having sum(l.amount_residual) <> 0
    """,
    "select company_id, partner_id, total from gold.ar_aging where total <> 0",
)


def by_key(rows: list[tuple[Any, ...]], figures: int) -> dict[tuple[Any, ...], tuple[Decimal, ...]]:
    """Keys and figures, to the cent; Odoo keeps some quantities as floating point."""
    found = {row[:-figures]: tuple(Decimal(str(x)).quantize(Decimal("0.01")) for x in row[-figures:]) for row in rows}
    assert len(found) == len(rows), "a key stands twice"
    return found


def differing(lake: BuiltLake, figures: int, odoo: str, there: str) -> dict[tuple[Any, ...], Any]:
    """Keys at which the two sides do not say the same."""
    [state] = lake.place.query("select publication::json->>'as_of' as day from meta.publication")
    right = by_key(lake.place.odoo(odoo.format(**state)), figures)
    stated = by_key([tuple(row.values()) for row in lake.place.query(there.format(**state))], figures)
    assert right or not lake.is_sample
    return {
        key: (right.get(key), stated.get(key))
        for key in right.keys() | stated.keys()
        if right.get(key) != stated.get(key)
    }


@pytest.mark.parametrize("figure", FIGURES)
def test_the_lake_states_what_odoos_tables_say(lake: BuiltLake, figure: str) -> None:
    assert differing(lake, *FIGURES[figure]) == {}


def test_open_receivables_are_the_residuals_that_odoo_keeps(lake: BuiltLake) -> None:
    later = "(select count(*) from account_partial_reconcile where max_date > now()::date)"
    [(dated_later,)] = lake.place.odoo(
        f"select count(*) + {later} from account_move_line where parent_state = 'posted' and date > now()::date"
    )
    if dated_later:
        pytest.skip("entries are dated after today, and the residuals that Odoo keeps include them")
    assert differing(lake, *RECEIVABLES) == {}


def test_a_figure_that_differs_is_found(sample_lake: BuiltLake) -> None:
    figures, odoo, there = FIGURES["net income per month"]
    assert len(differing(sample_lake, figures, odoo, there.replace("net_income from", "net_income + 0.01 from"))) > 10
