"""A sample company has everything that a pipeline must cope with, so that a test that needs it finds it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import psycopg
import pytest

from odoo_lake.sample import Scale, generate
from odoo_lake.source.embedded import EmbeddedPostgres

pytestmark = pytest.mark.data

FEATURES = {
    "companies in two currencies": "select count(distinct currency_id) - 1 from res_company",
    "different fiscal years": "select count(distinct fiscalyear_last_month) - 1 from res_company",
    "a lock date": "select count(*) from res_company where fiscalyear_lock_date is not null",
    "company-specific and shared rates": "select count(distinct company_id is null) - 1 from res_currency_rate",
    "weeks without a rate": """
        select count(*) from (
            select name - lag(name) over (order by name) as days from res_currency_rate
            where company_id is null and currency_id = 1
        ) as gaps where days > 20
    """,
    "a currency whose first rate comes late": """
        select count(*) from sale_order o where currency_id <> (select currency_id from res_company
        where id = o.company_id)
        and not exists (
            select 1 from res_currency_rate r where r.currency_id = o.currency_id and r.name <= o.date_order::date
        )
    """,
    "archived customers with invoices": """
        select count(*) from account_move m join res_partner p on p.id = m.commercial_partner_id
        where m.move_type = 'out_invoice' and not p.active
    """,
    "archived products that were sold": """
        select count(*) from sale_order_line l join product_product p on p.id = l.product_id where not p.active
    """,
    "contacts with a commercial partner": "select count(*) from res_partner where commercial_partner_id <> id",
    "orders of contacts": """
        select count(*) from sale_order o join res_partner p on p.id = o.partner_id
        where p.commercial_partner_id <> p.id
    """,
    "shared and own partners": "select count(distinct company_id is null) - 1 from res_partner where parent_id is null",
    "customers whose rank is forgotten": """
        select count(*) from account_move m join res_partner p on p.id = m.commercial_partner_id
        where m.move_type = 'out_invoice' and m.state = 'posted' and p.customer_rank = 0
    """,
    "quotations": "select count(*) from sale_order where state = 'draft'",
    "sent quotations": "select count(*) from sale_order where state = 'sent'",
    "cancelled orders": "select count(*) from sale_order where state = 'cancel'",
    "locked orders": "select count(*) from sale_order where {locked}",
    "orders in foreign currency": """
        select count(*) from sale_order o join res_company c on c.id = o.company_id where o.currency_id <> c.currency_id
    """,
    "orders without a rate": "select count(*) from sale_order where currency_rate is null",
    "orders with a rate of zero": "select count(*) from sale_order where currency_rate = 0",
    "orders with a rate of one": "select count(*) from sale_order where currency_rate = 1",
    "orders near midnight": """
        select count(*) from sale_order
        where date_order::time > '21:00' or date_order::time < '02:00'
    """,
    "orders confirmed days after they were made": """
        select count(*) from sale_order where state in ('sale', 'done') and date_order::date > create_date::date
    """,
    "dozens": "select count(*) from sale_order_line where {line_uom} = 2",
    "moves in dozens": "select count(*) from stock_move where product_uom = 2 and state = 'done'",
    "kilograms": """
        select count(*) from sale_order_line
        where {line_uom} = 5 and product_uom_qty <> round(product_uom_qty)
    """,
    "discounts": "select count(*) from sale_order_line where discount > 0",
    "discount lines": "select count(*) from sale_order_line where price_subtotal < 0",
    "down payments": "select count(*) from sale_order_line where is_downpayment",
    "down payments taken off an invoice": """
        select count(*) from account_move_line
        where is_downpayment and quantity < 0
    """,
    "delivery lines": "select count(*) from sale_order_line where is_delivery",
    "sections": "select count(*) from sale_order_line where display_type = 'line_section'",
    "notes": "select count(*) from sale_order_line where display_type = 'line_note'",
    "timesheet services": """
        select count(*) from sale_order_line
        where qty_delivered_method = 'timesheet' and qty_delivered > 0
    """,
    "partly delivered orders": "select count(*) from sale_order where delivery_status in ('partial', 'pending')",
    "orders to invoice": "select count(*) from sale_order where invoice_status = 'to invoice'",
    "orders from opportunities": "select count(*) from sale_order where opportunity_id is not null",
    "posted invoices": "select count(*) from account_move where move_type = 'out_invoice' and state = 'posted'",
    "draft invoices": "select count(*) from account_move where move_type = 'out_invoice' and state = 'draft'",
    "cancelled invoices": "select count(*) from account_move where move_type = 'out_invoice' and state = 'cancel'",
    "drafts keep their amounts": """
        select count(*) from account_move_line where parent_state = 'draft' and debit > 0 and amount_residual <> 0
    """,
    "credit notes": "select count(*) from account_move where move_type = 'out_refund' and state = 'posted'",
    "reconciled credit notes": """
        select count(*) from account_move where move_type = 'out_refund' and payment_state = 'paid' and state = 'posted'
    """,
    "open credit notes": """
        select count(*) from account_move where move_type = 'out_refund' and amount_residual > 0 and state = 'posted'
    """,
    "reversed invoices": "select count(*) from account_move where payment_state = 'reversed'",
    "partly paid invoices": "select count(*) from account_move where payment_state = 'partial'",
    "paid invoices": "select count(*) from account_move where payment_state = 'paid' and move_type = 'out_invoice'",
    "receipts": """
        select count(distinct move_type) - 1 from account_move
        where move_type in ('out_receipt', 'in_receipt')
    """,
    "cash rounding": "select count(*) from account_move_line where display_type = 'rounding'",
    "instalments": """
        select count(*) from (
            select move_id from account_move_line where display_type = 'payment_term'
            group by move_id having count(distinct date_maturity) > 2
        ) as moves
    """,
    "invoices in foreign currency": """
        select count(*) from account_move m join res_company c on c.id = m.company_id
        where m.move_type = 'out_invoice' and m.currency_id <> c.currency_id
    """,
    "exchange differences": "select count(*) from account_partial_reconcile where exchange_move_id is not null",
    "cost lines": "select count(*) from account_move_line where display_type = 'cogs'",
    "no cost lines without perpetual valuation": """
        select 1 - count(*) from account_move_line where display_type = 'cogs' and company_id = 2
    """,
    "late-booked bills": """
        select count(*) from account_move
        where move_type = 'in_invoice' and date_trunc('month', date) > date_trunc('month', invoice_date)
    """,
    "vendor credit notes": "select count(*) from account_move where move_type = 'in_refund' and state = 'posted'",
    "manual entries in drafts": "select count(*) from account_move where move_type = 'entry' and state = 'draft'",
    "open items without a partner": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id
        where a.account_type = 'asset_receivable' and l.partner_id is null and l.amount_residual <> 0
    """,
    "open items of a contact's company": """
        select count(*) from account_move_line l join res_partner p on p.id = l.partner_id
        where p.commercial_partner_id <> p.id
    """,
    "non-trade receivables": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id where a.non_trade
    """,
    "off-balance entries": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id
        where a.account_type = 'off_balance'
    """,
    "prepayments, assets, loans, equity": """
        select count(distinct a.account_type) - 4 from account_move_line l join account_account a on a.id = l.account_id
        where a.account_type in
            ('asset_prepayments', 'asset_fixed', 'asset_non_current', 'liability_non_current', 'equity')
    """,
    "income and cost types": """
        select count(distinct a.account_type) - 4 from account_move_line l join account_account a on a.id = l.account_id
        where a.account_type in ('income', 'income_other', 'expense', 'expense_depreciation', 'expense_direct_cost')
    """,
    "retired accounts with entries": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id where {retired}
    """,
    "payments on account": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id
        where l.payment_id is not null and a.account_type = 'asset_receivable' and l.amount_residual = l.balance
            and l.parent_state = 'posted'
    """,
    "one payment for several invoices": """
        select count(*) from (
            select credit_move_id from account_partial_reconcile group by credit_move_id having count(*) > 2
        ) as payments
    """,
    "several payments for one invoice": """
        select count(*) from (
            select debit_move_id from account_partial_reconcile where debit_amount_currency > 0
            group by debit_move_id having count(*) > 1
        ) as invoices
    """,
    "payments not yet on a statement": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id
        where l.payment_id is not null and a.account_type = 'asset_current' and l.amount_residual <> 0
            and l.parent_state = 'posted'
    """,
    "draft and cancelled payments": "select count(distinct {payment_state}) - 2 from account_payment p {payment_join}",
    "internal transfers": "select count(*) from account_payment where paired_internal_transfer_payment_id is not null",
    "bank, cash and foreign bank journals": """
        select count(*) - 2 from account_journal
        where type in ('bank', 'cash') and (currency_id is not null or type = 'cash')
    """,
    "statement lines in foreign currency": """
        select count(*) from account_bank_statement_line where foreign_currency_id is not null and amount_currency <> 0
    """,
    "statement lines without a statement": """
        select count(*) from account_bank_statement_line
        where statement_id is null
    """,
    "statement lines that are not posted": """
        select count(*) from account_bank_statement_line s join account_move m on m.id = s.move_id
        where m.state = 'draft'
    """,
    "statement lines nobody explained": "select count(*) from account_bank_statement_line where not is_reconciled",
    "mistyped statement balances": "select count(*) from account_bank_statement where not is_complete",
    "purchase orders in every state": "select count(distinct state) - 4 from purchase_order",
    "purchases in foreign currency": """
        select count(*) from purchase_order o join res_company c on c.id = o.company_id
        where o.currency_id <> c.currency_id
    """,
    "late receipts": """
        select count(*) from stock_move m join purchase_order_line l on l.id = m.purchase_line_id
        where m.state = 'done' and m.date::date > l.date_planned::date
    """,
    "receipts on time": """
        select count(*) from stock_move m join purchase_order_line l on l.id = m.purchase_line_id
        where m.state = 'done' and m.date::date <= l.date_planned::date
    """,
    "receipts to come, some overdue": """
        select count(*) from stock_picking where state = 'assigned' and location_id = 4 and date_deadline < '2026-11-22'
    """,
    "backorders": "select count(*) from stock_picking where backorder_id is not null and state = 'done'",
    "cancelled backorders": "select count(*) from stock_picking where backorder_id is not null and state = 'cancel'",
    "late deliveries": """
        select count(*) from stock_picking where state = 'done' and location_dest_id = 5 and date_done > date_deadline
    """,
    "open deliveries": """
        select count(*) from stock_picking p
        where state in ('confirmed', 'assigned', 'waiting') and location_dest_id = 5 and date_deadline is not null
    """,
    "returns": "select count(*) from stock_move where origin_returned_move_id is not null and location_id = 5",
    "returns that are not refunded": """
        select count(*) from stock_move where location_id = 5 and not to_refund and state = 'done'
    """,
    "returns to vendors": "select count(*) from stock_move where location_dest_id = 4 and purchase_line_id is not null",
    "drop shipments": """
        select count(*) from stock_move
        where location_id = 4 and location_dest_id = 5 and state = 'done'
    """,
    "two-step deliveries": "select count(*) from stock_move_move_rel",
    "scrap": "select count(*) from stock_scrap s join stock_move m on {scrap}",
    "inventory adjustments both ways": "select count(distinct location_id) - 3 from stock_move where is_inventory",
    "internal transfers on the way": """
        select count(*) from stock_quant q join stock_location l on l.id = q.location_id
        where l.usage = 'transit' and q.quantity > 0
    """,
    "lots": "select count(*) from stock_quant where lot_id is not null and quantity > 0",
    "packages": "select count(*) from stock_quant where package_id is not null and quantity > 0",
    "consignment": "select count(*) from stock_quant where owner_id is not null and quantity > 0",
    "negative stock": """
        select count(*) from stock_quant q join stock_location l on l.id = q.location_id
        where l.usage = 'internal' and q.quantity < 0
    """,
    "reserved stock": "select count(*) from stock_quant where reserved_quantity > 0",
    "moves waiting for stock": "select count(*) from stock_move where state in ('confirmed', 'partially_available')",
    "orderpoints": "select count(*) from stock_warehouse_orderpoint where active and snoozed_until is null",
    "snoozed orderpoints": "select count(*) from stock_warehouse_orderpoint where snoozed_until > '2026-11-22'",
    "inactive orderpoints": "select count(*) from stock_warehouse_orderpoint where not active",
    "zero orderpoints": "select count(*) from stock_warehouse_orderpoint where product_max_qty = 0",
    "landed costs": "select count(*) from stock_landed_cost where amount_total > 0",
    "value without quantity": "select count(*) from {revaluations}",
    "won leads": """
        select count(*) from crm_lead l join crm_stage s on s.id = l.stage_id
        where is_won and probability = 100
    """,
    "lost leads": "select count(*) from crm_lead where not active and probability = 0",
    "merely archived leads": "select count(*) from crm_lead where not active and probability > 0",
    "unqualified leads": "select count(*) from crm_lead where type = 'lead'",
    "open leads": "select count(*) from crm_lead where active and probability between 1 and 99",
    "leads without a company": "select count(*) from crm_lead where company_id is null",
    "stale prorated revenue": """
        select count(*) from crm_lead where abs(prorated_revenue - expected_revenue * probability::numeric / 100) > 1
    """,
    "private to-dos": "select count(*) from project_task where project_id is null",
    "personal stages": "select count(*) from project_task_type where user_id is not null",
    "subtasks": "select count(*) from project_task where parent_id is not null",
    "closed tasks": "select count(*) from project_task where {closed}",
    "tasks with a folded stage": "select count(*) from project_task where date_end is not null",
    "archived projects and tasks": "select count(*) from project_task where not active",
    "billable timesheets": "select count(*) from account_analytic_line where so_line is not null and amount < 0",
    "other timesheets": "select count(*) from account_analytic_line where project_id is not null and so_line is null",
    "analytic lines that are no timesheets": """
        select count(*) from account_analytic_line
        where move_line_id is not null
    """,
    "analytic distributions": "select count(*) from account_move_line where analytic_distribution is not null",
    "departed employees": "select count(*) from hr_employee e where not active and {departed}",
    "contract history": "select count(*) - count(distinct employee_id) from {contracts} where employee_id is not null",
    "a tree of departments": "select count(*) from hr_department where parent_id is not null",
    "budgets in every state": "select count(distinct state) - 2 from mis_budget_by_account",
    "income budgets are negative": "select count(*) from mis_budget_by_account_item where balance < 0",
    "budgets across months": """
        select count(*) from mis_budget_by_account_item
        where date_trunc('month', date_from) <> date_trunc('month', date_to)
    """,
    "budgets by KPI": "select count(*) from mis_budget_item",
    "modules in several states": "select count(distinct state) - 2 from ir_module_module",
    "a version of base": """
        select count(*) from ir_module_module
        where name = 'base' and latest_version like '{version}.0.%'
    """,
    "users with secrets": "select count(*) from res_users where password is not null and totp_secret is not null",
    "API keys": "select count(*) from res_users_apikeys",
    "private addresses": "select count(*) from {private_address}",
    "free text": "select count(*) from mail_message where body is not null",
    "custom columns": "select count(x_studio_region) from res_partner",
    "a view beside the tables": "select count(*) from report_stock_quantity",
    "rows written long after": "select count(*) from account_move where write_date > create_date + interval '30 days'",
}

LATER_FEATURES = {
    17: {
        "a branch": "select count(*) from res_company where parent_id is not null and parent_path like '1/3/'",
        "documents of the branch on its root's accounts": """
            select count(*) from account_move_line where company_id = 3 and account_id < 100 and parent_state = 'posted'
        """,
        "projects without a company": "select count(*) from project_project where company_id is null",
        "tasks without a company in a project with one": """
            select count(*) from project_task t join project_project p on p.id = t.project_id
            where t.company_id is null and p.company_id is not null
        """,
        "done tasks without an end": "select count(*) from project_task where state = '1_done' and date_end is null",
        "two plans in one key": "select count(*) from account_move_line where analytic_distribution::text like '%,%'",
        "plans of their own": "select count(x_plan2_id) from account_analytic_line",
    },
    18: {
        "accounts of two companies": """
            select count(*) from (
                select account_account_id from account_account_res_company_rel group by 1 having count(*) > 1
            ) as shared
        """,
        "payments without an entry": """
            select count(*) from account_payment
            where move_id is null and state = 'in_process'
        """,
        "credit cards": """
            select count(*) from account_payment p join account_journal j on j.id = p.journal_id where j.type = 'credit'
        """,
        "payment terms that equal the fallback": """
            select count(*) from res_partner where id > 200 and customer_rank > 0 and property_payment_term_id is null
        """,
    },
    19: {
        "other expenses": """
            select count(*) from account_move_line l join account_account a on a.id = l.account_id
            where a.account_type = 'expense_other'
        """,
        "inverted units": "select count(*) from uom_uom where id = 2 and factor = 12",
        "subsections": "select count(*) from sale_order_line where display_type = 'line_subsection'",
        "version templates": "select count(*) from hr_version where employee_id is null",
        "adjustments of a receipt's value": "select count(*) from product_value where move_id is not null",
        "stock references": "select count(*) from stock_reference_move_rel",
    },
}


def names_of(version: int) -> dict[str, str]:
    """What the versions call differently."""

    def either(before: str, since: int, after: str) -> str:
        return after if version >= since else before

    return {
        "version": str(version),
        "locked": either("state = 'done'", 17, "locked"),
        "line_uom": either("product_uom", 19, "product_uom_id"),
        "retired": either("a.deprecated", 19, "not a.active"),
        "payment_state": either("m.state", 18, "p.state"),
        "payment_join": either("join account_move m on m.id = p.move_id", 18, ""),
        "scrap": either("m.id = s.move_id and m.scrapped", 17, "m.scrap_id = s.id"),
        "revaluations": either("stock_valuation_layer where quantity = 0", 19, "product_value where move_id is null"),
        "closed": either("is_closed", 17, "state in ('1_done', '1_canceled')"),
        "contracts": either("hr_contract", 19, "hr_version"),
        "departed": either(
            "departure_date is not null",
            19,
            "exists (select 1 from hr_version v where v.id = e.current_version_id and departure_date is not null)",
        ),
        "private_address": "res_partner where type = 'private'"
        if version == 16
        else either("hr_employee", 19, "hr_version") + " where private_street is not null",
    }


@pytest.fixture(scope="module", params=[16, 17, 18, 19])
def company(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> Iterator[tuple[int, psycopg.Connection]]:
    url = postgres.recreate_database(f"sample_features_{request.param}")
    generate(url, odoo_version=request.param, scale=Scale.SMALL, seed=1, today=datetime.date(2026, 11, 22))
    with psycopg.connect(url, autocommit=True) as connection:
        yield request.param, connection


def test_every_feature_is_there(company: tuple[int, psycopg.Connection]) -> None:
    version, connection = company
    features = FEATURES | {
        name: query for since, later in LATER_FEATURES.items() for name, query in later.items() if version >= since
    }
    absent = []
    for name, query in features.items():
        row = connection.execute(query.format(**names_of(version)).encode()).fetchone()
        if row is None or row[0] <= 0:
            absent.append(name)
    assert absent == []
