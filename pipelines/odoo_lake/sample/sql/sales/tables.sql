-- Orders and their lines in Odoo's columns.
create view odoo.sale_order as
with totals as (
    select
        order_id,
        sum(subtotal) filter (kind <> 'down_payment') as untaxed,
        sum(tax_amount) filter (kind <> 'down_payment') as tax,
        bool_or(invoice_status = 'to invoice') as is_to_invoice,
        bool_and(invoice_status in ('invoiced', 'upselling') or product_id is null) as is_invoiced,
        bool_or(invoice_status = 'upselling') as is_upselling
    from sales_line_progress
    group by order_id
),
deliveries as (
    select
        order_id,
        min(done_at) as first_done_at,
        count(*) filter (state <> 'cancel') as live,
        count(*) filter (state = 'done') as done,
        count(*) filter (state = 'open' and picked_at is not null) as started,
        max(committed_at) as committed_at
    from shipment
    group by order_id
),
margins as (
    select
        sales_line.order_id,
        sum(
            sales_line.subtotal - money(
                sales_line.company_cost::double * daily_rate.rate::double * sales_line.product_quantity::double
            )
        ) as margin
    from sales_line
    inner join sales_order on sales_order.id = sales_line.order_id
    inner join daily_rate
        on daily_rate.company_id = sales_order.company_id
        and daily_rate.currency_id = sales_order.currency_id
        and daily_rate.date = least(sales_order.ordered_at::date, getvariable('today')::date - 1)
    where sales_line.is_goods
    group by sales_line.order_id
)
select
    sales_order.id,
    sales_order.company_id,
    'S' || lpad(sales_order.id::varchar, 5, '0') as name,
    -- Until 16 a locked order is done.
    if(
        getvariable('odoo_version') = 16
            and sales_order.state = 'sale'
            and sales_order.id % 3 = 0
            and sales_order.ordered_at < getvariable('clock')::timestamp - interval 300 day,
        'done', sales_order.state
    ) as state,
    sales_order.state = 'sale'
        and sales_order.id % 3 = 0
        and sales_order.ordered_at < getvariable('clock')::timestamp - interval 300 day as locked,
    sales_order.partner_id,
    sales_order.partner_invoice_id,
    sales_order.partner_shipping_id,
    sales_order.payment_term_id,
    case sales_order.currency_id
        when 1 then 2
        when 2 then if(sales_order.company_id = 3, 6, 1)
        when 3 then 3
        when 4 then 4
        else 5
    end as pricelist_id,
    sales_order.currency_id,
    sales_order.user_id,
    sales_order.team_id,
    1 + sales_order.id % 3 as campaign_id,
    1 + sales_order.id % 4 as source_id,
    1 + sales_order.id % 2 as medium_id,
    if(sales_order.id % 6 = 1, 'PO ' || sales_order.id * 17, null) as client_order_ref,
    if(sales_order.state = 'sale' and sales_order.id % 8 = 3, 'A. Buyer', null) as signed_by,
    if(totals.untaxed is null or sales_order.state <> 'sale', 'no', case
        when totals.is_to_invoice then 'to invoice'
        when totals.is_invoiced and totals.is_upselling then 'upselling'
        when totals.is_invoiced then 'invoiced'
        else 'no'
    end) as invoice_status,
    (sales_order.quoted_on + 30) as validity_date,
    if(sales_order.id % 12 = 5, '<p>As agreed by telephone.</p>', null) as note,
    -- Imported orders have no rate, or none that can be divided by.
    case
        when sales_order.id % 67 = 5 then null
        when sales_order.id % 67 = 38 then 0
        else daily_rate.rate
    end::decimal(18, 12) as currency_rate,
    coalesce(totals.untaxed, 0)::decimal(18, 2) as amount_untaxed,
    coalesce(totals.tax, 0)::decimal(18, 2) as amount_tax,
    (coalesce(totals.untaxed, 0) + coalesce(totals.tax, 0))::decimal(18, 2) as amount_total,
    deliveries.committed_at as commitment_date,
    sales_order.ordered_at as date_order,
    lead_of_order.lead_id as opportunity_id,
    sales_order.warehouse_id,
    case
        when coalesce(deliveries.live, 0) = 0 or sales_order.state <> 'sale' then null
        when deliveries.done = deliveries.live then 'full'
        when deliveries.done > 0 then 'partial'
        when deliveries.started > 0 and getvariable('odoo_version') >= 17 then 'started'
        else 'pending'
    end as delivery_status,
    deliveries.first_done_at as effective_date,
    margins.margin::decimal(18, 2) as margin,
    if(
        sales_order.state = 'sale' and getvariable('odoo_version') <= 18, sales_order.id, null
    ) as procurement_group_id,
    sales_order.id % 10 as x_studio_priority_score,
    recorded('order', sales_order.id, sales_order.quoted_at) as create_date,
    recorded(
        'order', sales_order.id,
        greatest(
            sales_order.quoted_at, sales_order.decided_at, coalesce(deliveries.first_done_at, sales_order.quoted_at)
        )
    ) as write_date
from sales_order
left join totals on totals.order_id = sales_order.id
left join deliveries on deliveries.order_id = sales_order.id
left join margins on margins.order_id = sales_order.id
left join lead_of_order on lead_of_order.order_id = sales_order.id
left join daily_rate
    on daily_rate.company_id = sales_order.company_id
    and daily_rate.currency_id = sales_order.currency_id
    and daily_rate.date = least(sales_order.ordered_at::date, getvariable('today')::date - 1);

create view odoo.sale_order_line as
select
    line.id,
    line.order_id,
    line.sequence,
    sales_order.company_id,
    sales_order.currency_id,
    sales_order.customer_id as order_partner_id,
    sales_order.user_id as salesman_id,
    line.product_id,
    line.uom_id as product_uom,
    line.uom_id as product_uom_id,
    if(
        getvariable('odoo_version') = 16
            and line.order_state = 'sale'
            and sales_order.id % 3 = 0
            and sales_order.ordered_at < getvariable('clock')::timestamp - interval 300 day,
        'done', line.order_state
    ) as state,
    if(line.kind like 'line_%', line.kind, null) as display_type,
    case
        when line.product_id is null then null
        when line.is_goods then 'stock_move'
        when line.product_id = 4 then 'timesheet'
        else 'manual'
    end as qty_delivered_method,
    line.invoice_status,
    if(line.kind = 'service', '{"' || (101 + line.id % 3) || '": 100.0}', null)::json as analytic_distribution,
    coalesce(
        product.name, if(line.kind = 'line_note', 'Please deliver before noon', 'Delivery and assembly')
    ) as name,
    if(line.kind = 'down_payment', 0, line.quantity)::decimal(14, 3) as product_uom_qty,
    line.price_unit,
    line.discount,
    line.subtotal as price_subtotal,
    (line.subtotal + line.tax_amount)::decimal(18, 2) as price_total,
    if(
        line.quantity = 0, 0, round(line.subtotal::double / line.quantity::double, 6)
    )::decimal(18, 6) as price_reduce_taxexcl,
    line.delivered as qty_delivered,
    line.invoiced as qty_invoiced,
    line.to_invoice as qty_to_invoice,
    line.invoiced_amount as untaxed_amount_invoiced,
    if(
        line.order_state = 'sale',
        money(line.to_invoice::double * line.price_unit::double * (1 - line.discount::double / 100)), 0
    )::decimal(18, 2) as untaxed_amount_to_invoice,
    line.kind = 'down_payment' as is_downpayment,
    line.kind = 'delivery' as is_delivery,
    false as is_expense,
    not line.is_goods and line.product_id is not null as is_service,
    line.tax_amount::double as price_tax,
    coalesce(shipment.lead_days, 0)::double as customer_lead,
    sales_order.warehouse_id,
    money(line.company_cost::double * daily_rate.rate::double * line.uom_units) as purchase_price,
    (
        line.subtotal - money(line.company_cost::double * daily_rate.rate::double * line.product_quantity::double)
    )::decimal(18, 2) as margin,
    project_of_line.project_id,
    project_of_line.task_id,
    recorded('order', sales_order.id, sales_order.quoted_at) as create_date,
    recorded(
        'order line', line.id,
        greatest(sales_order.quoted_at, sales_order.decided_at, coalesce(shipment.done_at, sales_order.quoted_at))
    ) as write_date
from sales_line_progress as line
inner join sales_order on sales_order.id = line.order_id
left join product on product.id = line.product_id
left join (
    select order_id, max(lead_days) as lead_days, max(done_at) as done_at from shipment group by order_id
) as shipment on shipment.order_id = line.order_id
left join project_of_line on project_of_line.sales_line_id = line.id
left join daily_rate
    on daily_rate.company_id = sales_order.company_id
    and daily_rate.currency_id = sales_order.currency_id
    and daily_rate.date = least(sales_order.ordered_at::date, getvariable('today')::date - 1);

create view odoo.sale_order_line_invoice_rel as
select distinct item.id as invoice_line_id, item.sales_line_id as order_line_id
from item
where item.sales_line_id is not null;

create view odoo.account_tax_sale_order_line_rel as
select sales_line.id as sale_order_line_id, tax_id(sales_order.company_id, sales_line.tax_no) as account_tax_id
from sales_line
inner join sales_order on sales_order.id = sales_line.order_id
where sales_line.tax_no is not null;

create view odoo.sale_order_tag_rel as
select id as order_id, 1 + id % 4 as tag_id from sales_order where id % 7 = 0;

create view odoo.sale_order_template as
select 1 as id, 'Standard quotation' as name, 30 as number_of_days, true as active;

create view odoo.procurement_group as
select
    id, 'S' || lpad(id::varchar, 5, '0') as name, customer_id as partner_id, 'direct' as move_type, id as sale_id,
    recorded('group', id, ordered_at) as create_date
from sales_order
where state in ('sale', 'cancel');

create view odoo.stock_reference as
select id, 'S' || lpad(id::varchar, 5, '0') as name, recorded('group', id, ordered_at) as create_date
from sales_order
where state = 'sale';

create view odoo.stock_reference_move_rel as
select sales_line.order_id as reference_id, stock_move.id as move_id
from main.stock_move
inner join sales_line on sales_line.id = stock_move.sales_line_id
inner join sales_order on sales_order.id = sales_line.order_id and sales_order.state = 'sale';

create view odoo.utm_source as
select id, name
from (values (1, 'Search engine'), (2, 'Referral'), (3, 'Newsletter'), (4, 'Fair')) as listed (id, name);

create view odoo.utm_medium as select id, name from (values (1, 'Email'), (2, 'Website')) as listed (id, name);

create view odoo.utm_campaign as
select id, name, name as title, 2 as user_id, 1 as stage_id
from (values (1, 'Spring'), (2, 'Autumn'), (3, 'Launch')) as listed (id, name);
