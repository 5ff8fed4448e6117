"""Sales, customers and currencies: what is counted must be above zero."""

from __future__ import annotations

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
}
