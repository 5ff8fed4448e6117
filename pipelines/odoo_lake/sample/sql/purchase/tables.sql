-- Purchase orders in Odoo's columns, with what was received and billed.
create table purchase_line_progress as
with received as (
    select purchase_line_id, sum(if(kind = 'vendor_return', -quantity, quantity)) as quantity
    from stock_move
    where state = 'done' and purchase_line_id is not null
    group by purchase_line_id
),
billed as (
    select line.purchase_line_id, sum(if(document.move_type = 'in_refund', -1, 1) * line.quantity) as quantity
    from document_line as line
    inner join document on document.id = line.document_id
    where line.purchase_line_id is not null and document.state <> 'cancel'
    group by line.purchase_line_id
)
select
    purchase_line.*,
    round(coalesce(received.quantity, 0)::double / purchase_line.uom_units, 3)::decimal(14, 3) as received,
    coalesce(billed.quantity, 0)::decimal(14, 3) as billed
from purchase_line
left join received on received.purchase_line_id = purchase_line.id
left join billed on billed.purchase_line_id = purchase_line.id;

create macro purchase_state(order_id, fate, ordered_at) as
    case
        when fate not in ('received', 'coming', 'drop_shipped') then fate
        -- Until 18 a locked order is done.
        when getvariable('odoo_version') <= 18
            and order_id % 3 = 0
            and ordered_at < getvariable('clock')::timestamp - interval 200 day
            then 'done'
        else 'purchase'
    end;

create view odoo.purchase_order as
with totals as (
    select
        order_id,
        sum(subtotal) as untaxed,
        sum(tax_amount) as tax,
        min(planned_at) as planned_at,
        bool_or(received <> billed) as is_to_invoice,
        bool_or(billed > 0) as is_billed
    from purchase_line_progress
    group by order_id
),
arrivals as (
    select order_id, min(done_at) as first_done_at, count(*) as receipts, count(*) filter (state = 'done') as done
    from receipt
    group by order_id
)
select
    orders.id,
    orders.company_id,
    'P' || lpad(orders.id::varchar, 5, '0') as name,
    purchase_state(orders.id, orders.fate, orders.ordered_at) as state,
    orders.is_confirmed and orders.id % 3 = 0 as locked,
    orders.vendor_id as partner_id,
    orders.currency_id,
    case when orders.id % 71 = 3 then null else orders.currency_rate end::decimal(18, 12) as currency_rate,
    orders.payment_term_id,
    orders.user_id,
    picking_type(orders.warehouse_id, if(orders.fate = 'drop_shipped', 6, 1)) as picking_type_id,
    if(orders.id % 4 = 0, 'Q-' || orders.id * 13, null) as partner_ref,
    case
        when not orders.is_confirmed then 'no'
        when totals.is_to_invoice then 'to invoice'
        when totals.is_billed then 'invoiced'
        else 'no'
    end as invoice_status,
    case
        when arrivals.receipts is null then null
        when arrivals.done = arrivals.receipts then 'full'
        when arrivals.done > 0 then 'partial'
        else 'pending'
    end as receipt_status,
    totals.untaxed::decimal(18, 2) as amount_untaxed,
    totals.tax::decimal(18, 2) as amount_tax,
    (totals.untaxed + totals.tax)::decimal(18, 2) as amount_total,
    money((totals.untaxed + totals.tax)::double / orders.currency_rate::double) as amount_total_cc,
    orders.deadline_at as date_order,
    if(orders.is_confirmed, orders.ordered_at, null) as date_approve,
    totals.planned_at as date_planned,
    arrivals.first_done_at as effective_date,
    (orders.id % 3)::integer as invoice_count,
    if(orders.id % 15 = 2, 'Call before delivery', null) as notes,
    orders.created_at as create_date,
    recorded(
        'purchase',
        orders.id,
        greatest(orders.created_at, orders.ordered_at, coalesce(arrivals.first_done_at, orders.created_at))
    ) as write_date
from main.purchase_order as orders
inner join totals on totals.order_id = orders.id
left join arrivals on arrivals.order_id = orders.id;

create view odoo.purchase_order_line as
select
    line.id,
    line.order_id,
    line.sequence,
    line.uom_id as product_uom,
    line.uom_id as product_uom_id,
    line.product_id,
    line.company_id,
    orders.vendor_id as partner_id,
    orders.currency_id,
    purchase_state(orders.id, orders.fate, orders.ordered_at) as state,
    'stock_moves' as qty_received_method,
    product.name,
    line.quantity as product_qty,
    line.product_quantity::double as product_uom_qty,
    line.price_unit,
    line.discount,
    line.subtotal as price_subtotal,
    (line.subtotal + line.tax_amount)::decimal(18, 2) as price_total,
    money((line.subtotal + line.tax_amount)::double / orders.currency_rate::double) as price_total_cc,
    line.tax_amount::double as price_tax,
    line.received as qty_received,
    line.billed as qty_invoiced,
    if(orders.is_confirmed, line.received - line.billed, 0)::decimal(14, 3) as qty_to_invoice,
    line.planned_at as date_planned,
    line.sales_line_id as sale_line_id,
    sales_line.order_id as sale_order_id,
    orders.created_at as create_date,
    recorded(
        'purchase line', line.id,
        greatest(orders.created_at, orders.ordered_at, coalesce(line.received_at, orders.created_at))
    ) as write_date
from purchase_line_progress as line
inner join main.purchase_order as orders on orders.id = line.order_id
inner join product on product.id = line.product_id
left join sales_line on sales_line.id = line.sales_line_id;

create view odoo.account_tax_purchase_order_line_rel as
select id as purchase_order_line_id, tax_id(company_id, tax_no) as account_tax_id from purchase_line;

create view odoo.account_move_purchase_order_rel as
select distinct purchase_order_id, id as account_move_id from document where purchase_order_id is not null;

create view odoo.purchase_requisition as
select
    1 as id, (getvariable('vendor_base') + 8)::integer as vendor_id, 6 as user_id, 1 as company_id, 2 as currency_id,
    'BO00001' as name,
    'blanket_order' as requisition_type, if(getvariable('odoo_version') >= 18, 'confirmed', 'ongoing') as state,
    1 as warehouse_id, picking_type(1, 1) as picking_type_id,
    1 as type_id, getvariable('start')::date as date_start;
