-- Customer documents: down payments, invoices of what was shipped, credit notes, cash receipts. A document's lines
-- carry amounts in its currency, positive on invoices and credit notes alike.
create table document (
    id integer, kind varchar, source_id bigint, move_type varchar, company_id integer, partner_id integer,
    commercial_id integer, shipping_id integer, currency_id integer, invoice_date date, date date, state varchar,
    payment_term_id integer, sales_order_id integer, purchase_order_id integer, reversed_id integer,
    settles_reversed boolean, origin varchar, ref varchar, days_late integer, user_id integer, created_at timestamp
);

create table document_line (
    document_id integer, sequence integer, display_type varchar, product_id integer, account_id integer,
    uom_id integer, quantity decimal(14, 3), price_unit decimal(18, 2), discount decimal(5, 2),
    subtotal decimal(18, 2), tax_no integer, tax_rate decimal(9, 4), sales_line_id integer, purchase_line_id integer,
    cost_value decimal(18, 2), cost_account_id integer, cost_contra_account_id integer, name varchar,
    is_downpayment boolean, stock_move_id integer
);

-- Hours worked off and services rendered for the orders that are not shipped.
create table service_delivery as
select
    sales_line.id as sales_line_id,
    sales_line.order_id,
    sales_order.company_id,
    case
        when sales_line.product_id = 4
            then greatest(1, round(sales_line.quantity::double * (0.8 + 0.3 * roll('hours worked', sales_line.id))))
        else sales_line.quantity
    end::decimal(14, 3) as quantity,
    sales_order.ordered_at::date + dice('service invoiced', sales_order.id, 12, 40) as invoiced_on
from sales_line
inner join sales_order on sales_order.id = sales_line.order_id
where sales_line.kind = 'service'
    and sales_order.state = 'sale'
    and sales_order.ordered_at::date + dice('service invoiced', sales_order.id, 12, 40) < getvariable('today')::date;

insert into document
with shipped as (
    select
        'invoice' as kind, shipment.id * 10::bigint + 1 as source_id, shipment.order_id,
        shipment.done_at::date + dice('invoice day', shipment.id, 0, 2) as invoice_date
    from shipment
    where shipment.state = 'done' and shipment.order_id % 29 <> 5
    union all
    select 'service_invoice', order_id * 10::bigint + 2, order_id, max(invoiced_on)
    from service_delivery
    group by order_id
    union all
    select 'down_payment', id * 10::bigint + 3, id, ordered_at::date
    from sales_order
    where has_down_payment and state = 'sale'
),
due as (
    select
        *,
        row_number() over (order by invoice_date, source_id)::integer as id,
        row_number() over (partition by kind order by invoice_date desc, source_id) as latest_no
    from shipped
    where invoice_date < getvariable('today')::date
)
select
    due.id, due.kind, due.source_id, 'out_invoice', sales_order.company_id, sales_order.partner_invoice_id,
    sales_order.customer_id, sales_order.partner_shipping_id, sales_order.currency_id, due.invoice_date,
    due.invoice_date,
    case
        when due.kind <> 'invoice' then 'posted'
        when due.invoice_date > getvariable('today')::date - 45 and due.latest_no % 7 = 2 then 'draft'
        when due.id % 67 = 8 then 'cancel'
        else 'posted'
    end,
    if(due.kind = 'down_payment', 1, sales_order.payment_term_id), sales_order.id, null, null, false,
    'S' || lpad(sales_order.id::varchar, 5, '0'), if(due.id % 3 = 0, 'PO-' || (due.id * 7919) % 100000, null),
    sales_order.days_late, sales_order.user_id,
    recorded('invoice', due.id, moment('invoice', due.id, due.invoice_date))
from due
inner join sales_order on sales_order.id = due.order_id;

create macro sales_account(company, is_goods, tax_no, kind) as
    case
        when kind = 'delivery' then account(company, 'delivery_income')
        when kind = 'discount' then account(company, 'discounts')
        when kind = 'down_payment' then account(company, 'deferred_income')
        when not is_goods then account(company, 'sales_services')
        when tax_no = 3 then account(company, 'sales_export')
        else account(company, 'sales')
    end;

-- What was shipped with its cost; everything else goes on the first invoice of an order.
insert into document_line
with shipment_invoice as (
    select document.*, shipment.part, shipment.id as shipment_id, shipment.is_dropship
    from document
    inner join shipment on shipment.id = document.source_id // 10
    where document.kind = 'invoice'
),
move_of_line as (
    select stock_move.id, stock_move.ref_id, -sum(stock_value.value) as cost_value
    from stock_move
    left join stock_value on stock_value.move_id = stock_move.id and stock_value.kind in ('ship', 'dropship_out')
    where stock_move.kind = 'ship' and stock_move.state = 'done'
    group by stock_move.id, stock_move.ref_id
),
goods_by_delivery as (
    select
        invoice.id, sales_line.id as sales_line_id,
        (shipment_line.quantity / sales_line.uom_units)::decimal(14, 3) as quantity,
        move_of_line.cost_value, move_of_line.id as stock_move_id
    from shipment_invoice as invoice
    inner join shipment_line on shipment_line.shipment_id = invoice.shipment_id
    inner join sales_line on sales_line.id = shipment_line.sales_line_id and sales_line.invoice_policy = 'delivery'
    inner join move_of_line on move_of_line.ref_id = shipment_line.id
),
others as (
    select
        invoice.id, sales_line.id,
        if(sales_line.kind = 'down_payment', -1, sales_line.quantity)::decimal(14, 3),
        if(
            sales_line.is_storable, money(sales_line.product_quantity::double * sales_line.company_cost::double), null
        ),
        null::integer
    from shipment_invoice as invoice
    inner join sales_line on sales_line.order_id = invoice.sales_order_id
    where invoice.part = 1 and not (sales_line.is_goods and sales_line.invoice_policy = 'delivery')
),
services as (
    select document.id, service_delivery.sales_line_id, service_delivery.quantity, null::decimal(18, 2), null::integer
    from document
    inner join service_delivery on service_delivery.order_id = document.sales_order_id
    where document.kind = 'service_invoice'
),
down_payments as (
    select document.id, sales_line.id, 1::decimal(14, 3), null::decimal(18, 2), null::integer
    from document
    inner join sales_line on sales_line.order_id = document.sales_order_id and sales_line.kind = 'down_payment'
    where document.kind = 'down_payment'
),
every_line as (
    select * from goods_by_delivery
    union all
    select * from others
    union all
    select * from services
    union all
    select * from down_payments
)
select
    document.id, sales_line.sequence, if(sales_line.kind like 'line_%', sales_line.kind, 'product'),
    sales_line.product_id,
    if(
        sales_line.product_id is null, null,
        sales_account(document.company_id, sales_line.is_goods, sales_line.tax_no, sales_line.kind)
    ),
    sales_line.uom_id, every_line.quantity, sales_line.price_unit, sales_line.discount,
    round(
        (every_line.quantity * sales_line.price_unit)::double * (1 - sales_line.discount::double / 100),
        currency.decimal_places
    ),
    sales_line.tax_no, sales_line.tax_rate, sales_line.id, null,
    if(company.perpetual and document.state = 'posted' and sales_line.is_storable, every_line.cost_value, null),
    account(document.company_id, 'cost_of_goods'),
    if(
        getvariable('odoo_version') >= 19, account(document.company_id, 'stock_valuation'),
        account(document.company_id, 'stock_delivered')
    ),
    coalesce(product.name, 'Delivery and assembly'), sales_line.kind = 'down_payment', every_line.stock_move_id
from every_line
inner join document on document.id = every_line.id
inner join company on company.id = document.company_id
inner join currency on currency.id = document.currency_id
inner join sales_line on sales_line.id = every_line.sales_line_id
left join product on product.id = sales_line.product_id;
