"""What Odoo keeps true in its own database is true in a sample company: every check is SQL on PostgreSQL."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import odoo_lake.sample
from odoo_lake.sample import Scale, generate
from odoo_lake.source.embedded import EmbeddedPostgres

TODAY = datetime.date(2026, 11, 22)
COLUMNS = Path(odoo_lake.sample.__file__).with_name("odoo_columns.csv")

pytestmark = pytest.mark.data


@dataclass(frozen=True)
class Company:
    """A generated database of one Odoo version."""

    version: int
    connection: psycopg.Connection

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.connection.execute(query.encode()).fetchall()

    def value(self, query: str) -> object:
        return self.rows(query)[0][0]

    def either(self, before: str, since: int, after: str) -> str:
        """The SQL of this version: `after` from version `since` on."""
        return after if self.version >= since else before


@pytest.fixture(scope="module", params=[16, 17, 18, 19])
def company(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> Iterator[Company]:
    url = postgres.recreate_database(f"sample_{request.param}")
    generate(url, odoo_version=request.param, scale=Scale.SMALL, seed=1, today=TODAY)
    with psycopg.connect(url, autocommit=True) as connection:
        yield Company(request.param, connection)


def catalogue(version: int) -> dict[str, list[dict[str, str]]]:
    listed: dict[str, list[dict[str, str]]] = {}
    with COLUMNS.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if str(version) in row["versions"].split():
                listed.setdefault(row["table"], []).append(row)
    return listed


def test_tables_have_the_columns_and_types_of_the_version_in_its_order(company: Company) -> None:
    found: dict[str, list[tuple[object, ...]]] = {}
    for table, *column in company.rows(
        "select relname, attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute"
        " join pg_class on pg_class.oid = attrelid"
        " where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 order by relname, attnum"
    ):
        found.setdefault(str(table), []).append(tuple(column))
    expected = {
        table: [
            (row["column"], row["type"], row["not_null"] == "yes" or row["primary_key"] == "yes") for row in columns
        ]
        for table, columns in catalogue(company.version).items()
    }
    assert found == expected


def test_tables_have_the_primary_key_of_the_contract(company: Company) -> None:
    keys = {
        str(table): set(columns)  # type: ignore[call-overload]
        for table, columns in company.rows(
            "select relname, array_agg(attname::text) from pg_index join pg_class on pg_class.oid = indrelid"
            " join pg_attribute on attrelid = indrelid and attnum = any(indkey)"
            " where indisprimary and relnamespace = 'public'::regnamespace group by relname"
        )
    }
    expected = {
        table: {row["column"] for row in columns if row["primary_key"] == "yes"}
        for table, columns in catalogue(company.version).items()
    }
    assert keys == expected


def test_every_move_balances(company: Company) -> None:
    assert company.rows("select move_id from account_move_line group by move_id having sum(balance) <> 0") == []
    assert company.value("select count(*) from account_move where state = 'posted'") != 0


def test_documents_balance_in_their_own_currency(company: Company) -> None:
    assert (
        company.rows(
            "select m.id from account_move m join account_move_line l on l.move_id = m.id where m.move_type <> 'entry'"
            " group by m.id having sum(l.amount_currency) <> 0 or count(distinct l.currency_id) > 1"
        )
        == []
    )


def test_items_repeat_what_their_move_says(company: Company) -> None:
    assert (
        company.rows(
            "select l.id from account_move_line l join account_move m on m.id = l.move_id"
            " where l.balance <> l.debit - l.credit or l.debit < 0 or l.credit < 0 or l.parent_state <> m.state"
            " or l.company_id <> m.company_id or l.date <> m.date or l.journal_id <> m.journal_id"
            " or l.move_name is distinct from m.name"
            " or sign(l.amount_currency) * sign(l.balance) < 0"
            " or (l.currency_id = l.company_currency_id and l.amount_currency <> l.balance)"
        )
        == []
    )


def test_only_sections_and_notes_have_no_account(company: Company) -> None:
    assert (
        company.rows(
            "select id from account_move_line where (account_id is null) <> (display_type like 'line\\_%')"
            " or (account_id is null and (debit <> 0 or credit <> 0 or balance <> 0))"
        )
        == []
    )


def test_residuals_are_what_partial_reconciliations_leave(company: Company) -> None:
    assert (
        company.rows(
            """
            with matched as (
                select line_id, sum(amount) as amount, sum(in_currency) as in_currency
                from (
                    select debit_move_id as line_id, amount, debit_amount_currency as in_currency
                    from account_partial_reconcile
                    union all
                    select credit_move_id, -amount, -credit_amount_currency from account_partial_reconcile
                ) as sides
                group by line_id
            )
            select l.id
            from account_move_line l
            join account_account a on a.id = l.account_id
            left join matched on matched.line_id = l.id
            where case
                when a.reconcile or a.account_type in ('asset_cash', 'liability_credit_card') then
                    l.amount_residual <> l.balance - coalesce(matched.amount, 0)
                    or l.amount_residual_currency <> l.amount_currency - coalesce(matched.in_currency, 0)
                else l.amount_residual <> 0 or matched.line_id is not null
            end
            or (l.reconciled and (l.amount_residual <> 0 or l.amount_residual_currency <> 0))
            or abs(l.amount_residual) > abs(l.balance)
            """
        )
        == []
    )


def test_partial_reconciliations_join_a_debit_and_a_credit_of_one_account(company: Company) -> None:
    assert (
        company.rows(
            """
            select p.id
            from account_partial_reconcile p
            join account_move_line d on d.id = p.debit_move_id
            join account_move_line c on c.id = p.credit_move_id
            where d.account_id <> c.account_id or d.company_id <> c.company_id or d.balance < 0 or c.balance > 0
                or p.amount <= 0 or p.max_date <> greatest(d.date, c.date) or p.company_id <> d.company_id
                or d.parent_state <> 'posted' or c.parent_state <> 'posted'
                or d.full_reconcile_id is distinct from c.full_reconcile_id
                or p.full_reconcile_id is distinct from d.full_reconcile_id
                or d.matching_number is distinct from c.matching_number
            """
        )
        == []
    )


def test_full_reconciliations_leave_nothing_open(company: Company) -> None:
    assert (
        company.rows(
            "select full_reconcile_id from account_move_line where full_reconcile_id is not null"
            " group by full_reconcile_id having sum(balance) <> 0 or bool_or(not reconciled)"
        )
        == []
    )
    assert company.rows(
        "select count(*) from account_full_reconcile f where not exists"
        " (select 1 from account_partial_reconcile p where p.full_reconcile_id = f.id)"
    ) == [(0,)]


def test_totals_of_documents_are_the_sums_of_their_items(company: Company) -> None:
    assert (
        company.rows(
            """
            select m.id
            from account_move m
            join (
                select
                    move_id,
                    sum(balance) filter (where display_type in ('product', 'rounding')) as untaxed,
                    coalesce(sum(balance) filter (where display_type = 'tax'), 0) as tax,
                    sum(amount_currency) filter (where display_type in ('product', 'rounding', 'tax')) as in_currency,
                    sum(amount_residual) filter (where display_type = 'payment_term') as residual,
                    sum(amount_residual_currency) filter (where display_type = 'payment_term') as residual_currency,
                    max(date_maturity) as due
                from account_move_line
                group by move_id
            ) as sums on sums.move_id = m.id
            where m.move_type <> 'entry' and (
                m.amount_untaxed_signed <> -sums.untaxed or m.amount_tax_signed <> -sums.tax
                or m.amount_total_signed <> -(sums.untaxed + sums.tax)
                or m.amount_total <> abs(sums.in_currency) or m.amount_total <> m.amount_untaxed + m.amount_tax
                or m.amount_residual_signed <> sums.residual or m.amount_residual <> abs(sums.residual_currency)
                or m.invoice_date_due <> sums.due
                or sign(m.amount_total_signed) <>
                    case when m.move_type in ('out_invoice', 'out_receipt', 'in_refund') then 1 else -1 end
            )
            """
        )
        == []
    )


def test_payment_states_follow_the_residuals(company: Company) -> None:
    assert (
        company.rows(
            "select id from account_move where state = 'posted' and move_type <> 'entry' and case payment_state"
            " when 'paid' then amount_residual <> 0 when 'reversed' then amount_residual <> 0"
            " when 'partial' then amount_residual = 0 or amount_residual = amount_total"
            " when 'not_paid' then amount_residual <> amount_total else false end"
        )
        == []
    )


def test_entries_total_their_debits(company: Company) -> None:
    assert (
        company.rows(
            "select m.id from account_move m join account_move_line l on l.move_id = m.id where m.move_type = 'entry'"
            " group by m.id having m.amount_total_signed is distinct from sum(l.debit) or m.payment_state <> 'not_paid'"
        )
        == []
    )


def test_numbers_are_unique_and_without_gaps(company: Company) -> None:
    assert (
        company.rows(
            "select journal_id, sequence_prefix from account_move where sequence_prefix is not null"
            " group by journal_id, sequence_prefix"
            " having count(*) <> max(sequence_number) or count(distinct name) <> count(*)"
        )
        == []
    )
    unnumbered = company.either("'/'", 19, "null")
    assert company.value(f"select count(*) from account_move where name is not distinct from {unnumbered}") != 0


def test_net_income_is_the_same_by_type_and_by_group(company: Company) -> None:
    types = "'income', 'income_other', 'expense', 'expense_other', 'expense_depreciation', 'expense_direct_cost'"
    by_type, by_group = company.rows(
        f"select sum(balance) filter (where a.account_type in ({types})),"
        " sum(balance) filter (where split_part(a.account_type, '_', 1) in ('income', 'expense'))"
        " from account_move_line l join account_account a on a.id = l.account_id where parent_state = 'posted'"
    )[0]
    assert by_type == by_group
    assert by_type is not None
    assert by_type < 0  # type: ignore[operator]


def test_balance_sheet_money_is_never_short(company: Company) -> None:
    assert (
        company.rows(
            """
            select distinct account_id
            from (
                select l.account_id,
                    sum(l.balance) over (partition by l.account_id, l.company_id order by l.date) as running
                from account_move_line l
                join account_account a on a.id = l.account_id
                where l.parent_state = 'posted' and a.account_type = 'asset_cash'
            ) as balances
            where running < 0
            """
        )
        == []
    )


def test_bank_statements_run_on_from_each_other(company: Company) -> None:
    assert (
        company.rows(
            """
            with summed as (
                select s.id, s.journal_id, s.date, s.balance_start, s.balance_end, sum(l.amount) as amount,
                    min(l.internal_index) as first_index, s.first_line_index
                from account_bank_statement s
                join account_bank_statement_line l on l.statement_id = s.id
                group by s.id
            ),
            chained as (
                select *, lag(balance_end) over (partition by journal_id order by date) as previous_end from summed
            )
            select id from chained
            where balance_end <> balance_start + amount or balance_start <> coalesce(previous_end, balance_start)
                or first_index <> first_line_index
            """
        )
        == []
    )


def test_statement_lines_are_what_was_booked_on_the_bank_account(company: Company) -> None:
    journal = company.either("m.journal_id", 18, "s.journal_id")
    assert (
        company.rows(
            f"""
            select s.id
            from account_bank_statement_line s
            join account_move m on m.id = s.move_id
            join account_journal j on j.id = {journal}
            join account_move_line l on l.move_id = m.id and l.account_id = j.default_account_id
            where m.statement_line_id <> s.id
                or s.amount <> case when j.currency_id is null then l.balance else l.amount_currency end
                or left(s.internal_index, 8) <> to_char(m.date, 'YYYYMMDD')
            """
        )
        == []
    )


def test_payments_are_their_entries(company: Company) -> None:
    assert (
        company.rows(
            """
            select p.id
            from account_payment p
            join account_move m on m.id = p.move_id
            join account_move_line l on l.move_id = m.id and l.account_id = p.destination_account_id
            where p.amount <> abs(l.amount_currency) or p.amount_company_currency_signed <> -l.balance or p.amount <= 0
                or p.currency_id <> l.currency_id or p.partner_id <> l.partner_id or l.payment_id <> p.id
                or (p.payment_type = 'inbound') <> (p.amount_company_currency_signed > 0)
            """
        )
        == []
    )


def test_stock_is_what_done_movements_left_in_each_place(company: Company) -> None:
    done = company.either("qty_done / u.factor * pu.factor", 17, "quantity_product_uom")
    assert (
        company.rows(
            f"""
            with line as (
                select l.*, ({done})::numeric(18, 3) as moved
                from stock_move_line l
                join product_product p on p.id = l.product_id
                join product_template t on t.id = p.product_tmpl_id
                join uom_uom u on u.id = l.product_uom_id
                join uom_uom pu on pu.id = t.uom_id
                where l.state = 'done' and {company.either("t.type = 'product'", 18, "t.is_storable")}
            ),
            moved as (
                select product_id, location_id, lot_id, package_id, owner_id, sum(quantity) as quantity
                from (
                    select product_id, location_dest_id as location_id, lot_id, result_package_id as package_id,
                        owner_id, moved as quantity
                    from line
                    union all
                    select product_id, location_id, lot_id, package_id, owner_id, -moved from line
                ) as ends
                group by product_id, location_id, lot_id, package_id, owner_id
                having sum(quantity) <> 0
            ),
            kept as (
                select product_id, location_id, lot_id, package_id, owner_id, sum(quantity) as quantity
                from stock_quant
                group by product_id, location_id, lot_id, package_id, owner_id
                having sum(quantity) <> 0
            )
            (select * from moved except select * from kept) union all (select * from kept except select * from moved)
            """
        )
        == []
    )


def test_moves_are_the_sum_of_their_lines(company: Company) -> None:
    move, line = company.either("quantity_done", 17, "quantity"), company.either("qty_done", 17, "quantity")
    assert (
        company.rows(
            f"select m.id from stock_move m left join stock_move_line l on l.move_id = m.id"
            f" where m.state = 'done' group by m.id having abs(m.{move} - sum(l.{line})) > 0.00001 or count(l.id) = 0"
        )
        == []
    )


def test_reserved_quantities_are_those_of_open_lines(company: Company) -> None:
    reserved = company.either("l.reserved_qty", 17, "l.quantity_product_uom")
    assert (
        company.rows(
            f"""
            with wanted as (
                select l.product_id, l.location_id, l.lot_id, l.package_id, sum({reserved}) as quantity
                from stock_move_line l
                join stock_location s on s.id = l.location_id and s.usage in ('internal', 'transit')
                join product_product p on p.id = l.product_id
                join product_template t on t.id = p.product_tmpl_id
                where l.state not in ('done', 'cancel') and {company.either("t.type = 'product'", 18, "t.is_storable")}
                group by l.product_id, l.location_id, l.lot_id, l.package_id
            ),
            kept as (
                select product_id, location_id, lot_id, package_id, sum(reserved_quantity) as quantity
                from stock_quant where reserved_quantity <> 0 group by product_id, location_id, lot_id, package_id
            )
            (select * from wanted except select * from kept) union all (select * from kept except select * from wanted)
            """
        )
        == []
    )
    assert company.rows("select id from stock_quant where reserved_quantity > greatest(quantity, 0)") == []


def test_goods_are_received_before_they_are_used(company: Company) -> None:
    quantity = company.either("quantity_done * pu.factor / u.factor", 17, "quantity * pu.factor / u.factor")
    if company.version >= 19:
        quantity = "quantity * u.factor / pu.factor"
    assert (
        company.rows(
            f"""
            with done as (
                select m.*, ({quantity})::numeric(18, 3) as moved
                from stock_move m
                join uom_uom u on u.id = m.product_uom
                join product_product p on p.id = m.product_id
                join product_template t on t.id = p.product_tmpl_id
                join uom_uom pu on pu.id = t.uom_id
                where m.state = 'done' and {company.either("t.type = 'product'", 18, "t.is_storable")}
            ),
            ends as (
                select product_id, location_dest_id as location_id, date, moved from done
                union all
                select product_id, location_id, date, -moved from done
            ),
            running as (
                select *, sum(moved) over (partition by product_id, location_id order by date) as stock from ends
            )
            select distinct r.product_id, r.location_id
            from running r
            join stock_location l on l.id = r.location_id and l.usage = 'internal'
            where r.stock < 0 and exists (
                select 1 from done
                where done.product_id = r.product_id and done.location_dest_id = r.location_id and done.date > r.date
                    and done.purchase_line_id is not null
            )
            """
        )
        == []
    )


def test_value_of_stock_follows_from_quantity_and_cost(company: Company) -> None:
    """On hand times cost is the sum of the layers, or from 19 of the moves, up to rounding."""
    if company.version >= 19:
        value = (
            "select company_id, product_id, sum(case when is_in then value when is_out then -value else 0 end) as value"
            " from stock_move where is_in or is_out group by company_id, product_id"
        )
    else:
        value = "select company_id, product_id, sum(value) as value from stock_valuation_layer group by 1, 2"
    cost = company.either(
        "(select value_float from ir_property where name = 'standard_price' and company_id = v.company_id"
        " and res_id = 'product.product,' || v.product_id)",
        18,
        "(select (standard_price ->> v.company_id::text)::float8 from product_product where id = v.product_id)",
    )
    # Revaluations are no moves: in 19 they are only in product_value.
    revalued = (
        "and not exists (select 1 from product_value r where r.move_id is null and r.product_id = v.product_id"
        " and r.company_id = v.company_id)"
        if company.version >= 19
        else ""
    )
    rows = company.rows(
        f"""
        with on_hand as (
            select q.product_id, l.company_id, sum(q.quantity) as quantity
            from stock_quant q
            join stock_location l on l.id = q.location_id and l.usage in ('internal', 'transit')
            where q.owner_id is null and l.company_id is not null
            group by q.product_id, l.company_id
        )
        select v.company_id, v.product_id, v.value,
            coalesce(h.quantity, 0) * coalesce({cost}, case v.company_id when 2 then 1 else 0 end)
        from ({value}) v
        left join on_hand h on h.product_id = v.product_id and h.company_id = v.company_id
        where v.value is not null {revalued}
        """
    )
    assert len(rows) > 50
    off = [row for row in rows if abs(float(row[2]) - float(row[3])) > 2]  # type: ignore[arg-type]
    assert off == []


def test_perpetual_stock_accounts_hold_the_value_of_stock(company: Company) -> None:
    if company.version >= 19:
        # Receipts and deliveries are booked with their bills and invoices.
        booked = (
            "select distinct is_inventory or scrap_id is not null from stock_move where account_move_id is not null"
        )
        assert company.rows(booked) == [(True,)]
        return
    code = company.either("a.code", 18, "a.code_store ->> '1'")
    owner = company.either("c.id", 17, "split_part(c.parent_path, '/', 1)::int")
    chart = company.either(f"a.company_id = {owner}", 18, "true")
    assert (
        company.rows(
            f"""
            select c.id
            from res_company c
            where c.id <> 2 and (
                select sum(l.balance) from account_move_line l join account_account a on a.id = l.account_id
                where l.company_id = c.id and {code} = '310000' and {chart} and l.parent_state = 'posted'
            ) <> (select sum(value) from stock_valuation_layer where company_id = c.id)
            """
        )
        == []
    )


def test_orders_are_the_sums_of_their_lines(company: Company) -> None:
    for order, line in (("sale_order", "sale_order_line"), ("purchase_order", "purchase_order_line")):
        regular = "and not l.is_downpayment" if order == "sale_order" else ""
        assert (
            company.rows(
                f"select o.id from {order} o join {line} l on l.order_id = o.id"
                f" where l.display_type is null {regular} group by o.id"
                " having o.amount_untaxed <> sum(l.price_subtotal) or o.amount_total <> sum(l.price_total)"
            )
            == []
        )


def test_delivered_quantities_are_those_of_done_moves(company: Company) -> None:
    unit = company.either("product_uom", 19, "product_uom_id")
    ratio = company.either("lu.factor / mu.factor", 19, "mu.factor / lu.factor")
    moved = company.either("m.quantity_done", 17, "m.quantity")
    assert (
        company.rows(
            f"""
            select s.id
            from sale_order_line s
            left join uom_uom lu on lu.id = s.{unit}
            left join stock_move m on m.sale_line_id = s.id and m.state = 'done'
            left join uom_uom mu on mu.id = m.product_uom
            left join stock_location source on source.id = m.location_id
            left join stock_location target on target.id = m.location_dest_id
            where s.qty_delivered_method = 'stock_move'
            group by s.id
            having abs(s.qty_delivered - coalesce(sum({moved} * {ratio} * case
                when target.usage = 'customer' then 1
                when source.usage = 'customer' and m.to_refund then -1
                else 0
            end), 0)) > 0.001
            """
        )
        == []
    )


def test_invoiced_quantities_are_those_of_invoice_lines(company: Company) -> None:
    assert (
        company.rows(
            """
            select s.id
            from sale_order_line s
            left join sale_order_line_invoice_rel r on r.order_line_id = s.id
            left join account_move_line l on l.id = r.invoice_line_id and l.display_type = 'product'
                and l.parent_state <> 'cancel'
            left join account_move m on m.id = l.move_id
            where s.display_type is null
            group by s.id
            having s.qty_invoiced <>
                coalesce(sum(case when m.move_type = 'out_refund' then -l.quantity else l.quantity end), 0)
            """
        )
        == []
    )
    assert (
        company.rows(
            """
            select p.id
            from purchase_order_line p
            left join account_move_line l on l.purchase_line_id = p.id and l.display_type = 'product'
                and l.parent_state <> 'cancel'
            left join account_move m on m.id = l.move_id
            group by p.id
            having p.qty_invoiced <>
                coalesce(sum(case when m.move_type = 'in_refund' then -l.quantity else l.quantity end), 0)
            """
        )
        == []
    )


def test_rates_of_orders_are_the_rates_of_their_day(company: Company) -> None:
    """Odoo's rule: the company's own rate, then the shared one; before the first, the first (17 on) or 1 (16)."""
    root = company.either("c.id", 17, "split_part(c.parent_path, '/', 1)::int")
    earliest = company.either("1", 17, "(select r.rate from r order by r.company_id, r.name limit 1)")

    def rate(currency: str) -> str:
        return f"""(
            with r as (
                select * from res_currency_rate x
                where x.currency_id = {currency} and (x.company_id is null or x.company_id = {root})
            )
            select coalesce(
                (select r.rate from r where r.name <= o.date_order::date order by r.company_id, r.name desc limit 1),
                {earliest}, 1
            )
        )"""

    for order in ("sale_order", "purchase_order"):
        assert (
            company.rows(
                f"select o.id from {order} o join res_company c on c.id = o.company_id where o.currency_rate > 0"
                f" and abs(o.currency_rate - {rate('o.currency_id')} / {rate('c.currency_id')}) > 0.000001"
                " and o.date_order >= (select min(name) from res_currency_rate)"
            )
            == []
        ), order


def test_money_has_no_more_than_cents(company: Company) -> None:
    for table, columns in (
        ("account_move_line", ("debit", "credit", "balance", "amount_currency", "amount_residual", "price_subtotal")),
        ("account_move", ("amount_total", "amount_untaxed_signed", "amount_residual_signed")),
        ("account_partial_reconcile", ("amount", "debit_amount_currency")),
        ("account_payment", ("amount", "amount_company_currency_signed")),
        ("sale_order_line", ("price_unit", "price_subtotal", "price_total")),
    ):
        for column in columns:
            assert company.rows(f"select id from {table} where {column} <> round({column}, 2)") == [], column
    yen = "select id from res_currency where name = 'JPY'"
    assert (
        company.rows(
            f"select id from account_move_line where currency_id = ({yen})"
            " and amount_currency <> round(amount_currency)"
        )
        == []
    )


def test_no_item_is_without_its_move(company: Company) -> None:
    for child, column, parent in (
        ("account_move_line", "move_id", "account_move"),
        ("account_move_line", "account_id", "account_account"),
        ("account_move_line", "partner_id", "res_partner"),
        ("sale_order_line", "order_id", "sale_order"),
        ("purchase_order_line", "order_id", "purchase_order"),
        ("stock_move_line", "move_id", "stock_move"),
        ("stock_move", "picking_id", "stock_picking"),
        ("account_analytic_line", "task_id", "project_task"),
        ("sale_order", "opportunity_id", "crm_lead"),
        ("mis_budget_by_account_item", "account_id", "account_account"),
    ):
        assert (
            company.rows(
                f"select c.{column} from {child} c left join {parent} p on p.id = c.{column}"
                f" where c.{column} is not null and p.id is null"
            )
            == []
        ), f"{child}.{column}"


def test_timesheets_cost_the_hourly_cost(company: Company) -> None:
    assert (
        company.rows(
            "select l.id from account_analytic_line l join hr_employee e on e.id = l.employee_id"
            " where l.project_id is not null and abs(l.amount + l.unit_amount * e.hourly_cost) > 0.01"
        )
        == []
    )


def test_nothing_is_recorded_after_today(company: Company) -> None:
    for table, columns in catalogue(company.version).items():
        for row in columns:
            if row["column"] in {"create_date", "write_date"}:
                latest = company.value(f'select max("{row["column"]}") from "{table}"')
                assert latest is None or latest <= datetime.datetime.combine(TODAY, datetime.time()), table  # type: ignore[operator]
    assert company.value("select max(date) from account_move") == TODAY - datetime.timedelta(days=1)


def test_secret_and_personal_texts_carry_their_marker(company: Company) -> None:
    markers = {"credential": "CANARY-never-extract", "private": "CANARY-drop", "personal": "canary-hash"}
    filled: dict[str, int] = dict.fromkeys(markers, 0)
    for table, columns in catalogue(company.version).items():
        for row in columns:
            if row["content"]:
                marker, column = markers[row["content"]], f'"{row["column"]}"::text'
                count, unmarked = company.rows(
                    f"select count({column}), count(*) filter (where {column} not like '%{marker}%') from \"{table}\""
                )[0]
                assert unmarked == 0, f"{table}.{row['column']}"
                filled[row["content"]] += bool(count)
    assert filled["credential"] >= 10
    assert filled["private"] >= 40
    assert filled["personal"] >= 15


def test_company_values_that_equal_the_fallback_are_not_kept(company: Company) -> None:
    if company.version >= 18:
        kept = "select count(*) from product_product where (standard_price ->> '2')::float8 = 1"
        fallback = (
            "select count(*) from ir_default d join ir_model_fields f on f.id = d.field_id"
            " where f.model = 'product.product' and f.name = 'standard_price'"
            " and d.company_id = 2 and json_value = '1.0'"
        )
        absent = "select count(*) from product_product where standard_price is not null and not standard_price ? '2'"
    else:
        kept = (
            "select count(*) from ir_property where name = 'standard_price' and res_id is not null and company_id = 2"
            " and value_float = 1"
        )
        fallback = (
            "select count(*) from ir_property where name = 'standard_price' and res_id is null and company_id = 2"
            " and value_float = 1"
        )
        absent = (
            "select count(*) from product_product p where not exists (select 1 from ir_property where"
            " res_id = 'product.product,' || p.id and company_id = 2 and name = 'standard_price')"
        )
    assert company.value(kept) == 0
    assert company.value(fallback) == 1
    assert company.value(absent) != 0
