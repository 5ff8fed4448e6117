-- Credit notes: for returned goods, for whole invoices, for a part of the price; and receipts of cash sales.
set variable document_base = (select max(id) from document);

insert into document
with invoice as (
    select document.*, shipment.id as shipment_id
    from document
    inner join shipment on shipment.id = document.source_id // 10
    where document.kind = 'invoice' and document.state = 'posted'
),
refunds as (
    select
        'return_refund' as kind, customer_return.id::bigint as source_id, invoice.id as invoice_id,
        customer_return.done_at::date + dice('refund day', customer_return.id, 1, 4) as invoice_date,
        customer_return.id % 10 < 7 as settles,
        case
            when customer_return.done_at > getvariable('clock')::timestamp - interval 60 day
                and customer_return.id % 4 = 1
                then 'draft'
            else 'posted'
        end as state
    from customer_return
    inner join invoice on invoice.shipment_id = customer_return.shipment_id
    where customer_return.to_refund and customer_return.id % 6 <> 0
    union all
    select 'reversal', id, id, invoice_date + dice('reversal day', id, 3, 25), true, 'posted'
    from invoice
    where id % 47 = 17
    union all
    select
        'price_refund', id, id, invoice_date + dice('price refund day', id, 5, 40), id % 5 < 3,
        if(id % 11 = 0, 'cancel', 'posted')
    from invoice
    where id % 37 = 21
),
due as (
    select *, row_number() over (order by invoice_date, kind, source_id)::integer as number
    from refunds
    where invoice_date < getvariable('today')::date
)
select
    getvariable('document_base') + due.number, due.kind, due.source_id, 'out_refund', invoice.company_id,
    invoice.partner_id, invoice.commercial_id, invoice.shipping_id, invoice.currency_id, due.invoice_date,
    due.invoice_date, due.state, 1, invoice.sales_order_id, null, invoice.id, due.settles and due.state = 'posted',
    invoice.origin, 'Reversal of invoice ' || invoice.id, 0, invoice.user_id,
    recorded('refund', due.source_id * 3 + length(due.kind), moment('refund', due.source_id, due.invoice_date))
from due
inner join invoice on invoice.id = due.invoice_id;

-- The same price, tax and accounts as on the invoice.
insert into document_line
with of_return as (
    select
        document.id as refund_id, document.company_id, line.*,
        (customer_return.quantity / sales_line.uom_units)::decimal(14, 3) as refund_quantity,
        stock_value.value as refund_cost,
        stock_move.id as refund_move_id
    from document
    inner join customer_return on customer_return.id = document.source_id
    inner join document_line as line on line.document_id = document.reversed_id
        and line.sales_line_id = customer_return.sales_line_id
    inner join sales_line on sales_line.id = customer_return.sales_line_id
    inner join stock_move on stock_move.kind = 'return' and stock_move.ref_id = customer_return.id
    inner join stock_value on stock_value.move_id = stock_move.id
    where document.kind = 'return_refund'
),
of_reversal as (
    select document.id, document.company_id, line.*, line.quantity, line.cost_value, null::integer
    from document
    inner join document_line as line on line.document_id = document.reversed_id
    where document.kind = 'reversal'
),
every_line as (
    select * from of_return
    union all
    select * from of_reversal
)
select
    every_line.refund_id, every_line.sequence, every_line.display_type, every_line.product_id, every_line.account_id,
    every_line.uom_id, every_line.refund_quantity, every_line.price_unit, every_line.discount,
    round(
        (every_line.refund_quantity * every_line.price_unit)::double * (1 - every_line.discount::double / 100),
        currency.decimal_places
    ),
    every_line.tax_no, every_line.tax_rate, every_line.sales_line_id, null,
    case when document.state = 'posted' and every_line.cost_value is not null then every_line.refund_cost end,
    every_line.cost_account_id, every_line.cost_contra_account_id, every_line.name, every_line.is_downpayment,
    every_line.refund_move_id
from every_line
inner join document on document.id = every_line.refund_id
inner join currency on currency.id = document.currency_id;

-- A return whose line was not on that invoice has nothing to credit.
delete from document where kind = 'return_refund' and id not in (select document_id from document_line);

insert into document_line
with invoiced as (
    select document_id, sum(subtotal) as subtotal, max(tax_no) as tax_no, max(tax_rate) as tax_rate
    from document_line
    where display_type = 'product'
    group by document_id
)
select
    document.id, 10, 'product', 2, account(document.company_id, 'discounts'), 1, 1,
    greatest(round(invoiced.subtotal::double * 0.05, currency.decimal_places), 1), 0,
    greatest(round(invoiced.subtotal::double * 0.05, currency.decimal_places), 1), invoiced.tax_no, invoiced.tax_rate,
    null, null, null, null, null, 'Goodwill', false, null
from document
inner join invoiced on invoiced.document_id = document.reversed_id
inner join currency on currency.id = document.currency_id
where document.kind = 'price_refund';

-- A receipt a month for small repairs paid in cash, rounded to five cents.
set variable document_base = (select max(id) from document);

insert into document
select
    getvariable('document_base') + row_number() over (order by month.month), 'cash_receipt', month.month_no,
    'out_receipt', 1, customer.id, customer.id, customer.id, 2, month.first_day + 9, month.first_day + 9, 'posted', 1,
    null, null, null, false, null, null, 0, 6,
    recorded('cash receipt', month.month_no, moment('cash receipt', month.month_no, month.first_day + 9))
from month
inner join customer on customer.n = 1
where month.last_day >= month.first_day + 9;

insert into document_line
with repairs as (
    select
        document.*,
        money(40 + 200 * roll('repair', document.source_id)) as price
    from document
    where kind = 'cash_receipt'
),
taxed as (
    select *, (price + money(price::double * 0.2))::decimal(18, 2) as total from repairs
)
select
    id, 10, 'product', 5, account(1, 'sales_services'), 1, 1, price, 0, price, 1, tax_rate(1, 1), null, null, null,
    null, null, 'Repair', false, null
from taxed
union all
select
    id, 20, 'rounding', null, account(1, 'rounding'), null, 1, money(round(total::double * 20) / 20) - total, 0,
    money(round(total::double * 20) / 20) - total, null, null, null, null, null, null, null, 'Rounding', false, null
from taxed
where money(round(total::double * 20) / 20) <> total;
