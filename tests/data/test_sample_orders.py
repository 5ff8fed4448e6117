"""What Odoo keeps true of orders, their rates and timesheets is true in a sample company."""

from __future__ import annotations

import pytest

from tests.data.companies import Company

pytestmark = pytest.mark.data


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


def test_timesheets_cost_the_hourly_cost(company: Company) -> None:
    assert (
        company.rows(
            "select l.id from account_analytic_line l join hr_employee e on e.id = l.employee_id"
            " where l.project_id is not null and abs(l.amount + l.unit_amount * e.hourly_cost) > 0.01"
        )
        == []
    )
