-- Purchase orders: batches of one vendor, warehouse and few weeks; goods still to come; drop shipments; and requests
-- that led to nothing yet.
create table purchase_draft as
with received as (
    select
        batch.*,
        'w' || batch.warehouse_id || 'v' || batch.vendor_n || 'd' || (
            epoch(batch.wanted_at) // (86400 * getvariable('purchase_interval_days'))
        )::bigint as order_key,
        'received' as fate
    from supply_batch as batch
    where not batch.is_opening
),
last_batch as (
    select warehouse_id, product_id, max(batch_no) as batch_no from supply_batch group by warehouse_id, product_id
),
coming as (
    select
        pair.*,
        last_batch.batch_no + 1 as batch_no,
        pair.pair_no * 10000 + 9999 as key,
        getvariable('clock')::timestamp - to_seconds(
            (1 + 27 * roll('coming ordered', pair.warehouse_id * 10000 + pair.vendor_n)) * 86400
        ) as ordered_at
    from stock_pair as pair
    inner join last_batch on last_batch.warehouse_id = pair.warehouse_id and last_batch.product_id = pair.product_id
    where pair.outflows >= 2 and chance('goods coming', pair.pair_no, 0.3)
),
drop_shipped as (
    select
        shipment.*,
        shipment_line.sales_line_id,
        shipment_line.product_id,
        shipment_line.quantity,
        first_value(goods.vendor_n) over (partition by shipment.id order by shipment_line.id) as vendor_n
    from shipment
    inner join shipment_line on shipment_line.shipment_id = shipment.id
    inner join goods on goods.id = shipment_line.product_id
    where shipment.is_dropship and shipment.state <> 'cancel'
),
requested as (
    select
        numbers.n,
        pair.*,
        date_trunc('second', getvariable('start')::timestamp + to_seconds(
            epoch(
                getvariable('clock')::timestamp - getvariable('start')::timestamp
            ) * (0.02 + 0.97 * (1 - pow(roll('request time', numbers.n), 3)))
        )) as ordered_at
    from range(1, 9 + getvariable('orders')::bigint // 80) as numbers (n)
    inner join stock_pair as pair
        on pair.pair_no = 1 + (hash(numbers.n, 'request pair') % (select count(*) from stock_pair)::ubigint)::bigint
)
select
    order_key, fate, company_id, warehouse_id, vendor_n, product_id, batch_no, batch_size as quantity,
    wanted_at as happens_at, key,
    null::integer as sales_line_id, null::integer as shipment_id
from received
union all
select
    'c' || warehouse_id || 'v' || vendor_n, 'coming', company_id, warehouse_id, vendor_n, product_id, batch_no,
    batch_size, date_trunc('second', ordered_at), key, null, null
from coming
union all
select
    's' || id, 'drop_shipped', company_id, warehouse_id, vendor_n, product_id, null, quantity,
    coalesce(done_at, ordered_at + interval 1 hour), 900000000 + sales_line_id, sales_line_id, id
from drop_shipped
union all
select
    'r' || n, ['draft', 'sent', 'to approve', 'cancel'][1 + n % 4], company_id, warehouse_id, vendor_n, product_id,
    null, batch_size,
    ordered_at, 800000000 + n, null, null
from requested;

create table purchase_order as
with grouped as (
    select
        order_key,
        fate,
        company_id,
        warehouse_id,
        vendor_n,
        min(happens_at) as happens_at,
        min(key) as key,
        min(shipment_id) as shipment_id
    from purchase_draft
    group by all
),
joined as (
    select
        grouped.*,
        vendor.id as vendor_id,
        vendor.lead_days,
        vendor.payment_term_id,
        vendor.country_id <> company.country_id as is_import,
        company.currency_id as company_currency_id,
        vendor_currency(grouped.company_id, vendor.country_id, false) as currency_id,
        shipment.ordered_at as sale_ordered_at,
        shipment.done_at as sale_done_at
    from grouped
    inner join vendor on vendor.n = grouped.vendor_n
    inner join company on company.id = grouped.company_id
    left join shipment on shipment.id = grouped.shipment_id
),
timed as (
    select
        *,
        case fate
            when 'received' then greatest(
                getvariable('start')::timestamp + interval 10 minute,
                date_trunc('second', happens_at - to_days(lead_days) - to_seconds(40000 * roll('purchase time', key)))
            )
            when 'drop_shipped' then sale_ordered_at + interval 25 minute
            else happens_at
        end as ordered_at,
        case fate when 'received' then happens_at when 'drop_shipped' then sale_done_at end as received_at
    from joined
),
deadlines as (
    select
        *,
        date_trunc('second', ordered_at - to_hours(dice('purchase deadline', key, 0, 30))) as deadline_at
    from timed
)
select
    row_number() over (order by timed.ordered_at, timed.order_key)::integer as id,
    timed.* exclude (happens_at, sale_ordered_at, sale_done_at),
    currency.decimal_places,
    daily_rate.rate as currency_rate,
    timed.fate in ('received', 'coming', 'drop_shipped') as is_confirmed,
    user_of('purchase user', timed.key) as user_id,
    recorded(
        'purchase', timed.key, timed.ordered_at - to_seconds(60000 * roll('purchase drafted', timed.key))
    ) as created_at
from deadlines as timed
inner join currency on currency.id = timed.currency_id
left join daily_rate
    on daily_rate.company_id = timed.company_id
    and daily_rate.currency_id = timed.currency_id
    and daily_rate.date = greatest(timed.deadline_at::date, getvariable('start')::date);

create table purchase_line as
with joined as (
    select
        purchase_order.id as order_id,
        draft.key,
        draft.product_id,
        draft.batch_no,
        draft.sales_line_id,
        draft.quantity as product_quantity,
        purchase_order.company_id,
        purchase_order.warehouse_id,
        purchase_order.is_import,
        purchase_order.decimal_places,
        purchase_order.received_at,
        purchase_order.ordered_at,
        purchase_order.lead_days,
        purchase_order.currency_rate,
        goods.category_id,
        goods.is_storable,
        goods.uom_id as product_uom_id,
        goods.buy_uom_id,
        case when goods.buy_uom_id = 2 and draft.quantity % 12 = 0 then 12 else 1 end as uom_units,
        company_cost(purchase_order.company_id, goods.cost) as company_cost,
        (purchase_order.ordered_at::date - getvariable('start')::date) / 365.25 as years
    from purchase_draft as draft
    inner join purchase_order on purchase_order.order_key = draft.order_key
    inner join goods on goods.id = draft.product_id
),
priced as (
    select
        *,
        (product_quantity / uom_units)::decimal(14, 3) as quantity,
        greatest(
            if(decimal_places = 0, 1, 0.01),
            round(
                company_cost::double * uom_units * currency_rate::double
                * (0.95 + 0.017 * years) * (0.97 + 0.06 * roll('purchase price', key)),
                decimal_places
            )
        )::decimal(18, 2) as price_unit,
        case
            when getvariable('odoo_version') >= 17 and chance('purchase discount', key, 0.06) then 5
            else 0
        end::decimal(5, 2) as discount,
        case when is_import then 6 when category_id in (6, 10) then 5 else 4 end as tax_no,
        -- The promise: mostly kept, sometimes not.
        case
            when received_at is null then ordered_at + to_days(lead_days) - interval 6 day
            when chance('receipt late', key, 0.22) then received_at - to_days(dice('receipt days late', key, 1, 6))
            else received_at + to_days(dice('receipt days early', key, 0, 4))
        end as planned_at
    from joined
)
select
    row_number() over (order by order_id, key)::integer as id,
    row_number() over (partition by order_id order by key)::integer * 10 as sequence,
    * exclude (lead_days, years),
    if(uom_units = 12, 2, product_uom_id) as uom_id,
    tax_rate(company_id, tax_no) as tax_rate,
    round((quantity * price_unit)::double * (1 - discount::double / 100), decimal_places)::decimal(18, 2) as subtotal,
    round(
        round(
            (quantity * price_unit)::double * (1 - discount::double / 100), decimal_places
        ) * tax_rate(company_id, tax_no)::double / 100,
        decimal_places
    )::decimal(18, 2) as tax_amount
from priced;

-- A tenth of the orders arrives in two parts, the first of them early. Drop shipments arrive at the customer.
create table receipt as
with split as (
    select
        *,
        fate = 'received' and id % 10 = 4 and received_at - ordered_at > interval 7 day as is_split
    from purchase_order
    where is_confirmed
),
parts as (
    select *, 1 as part, if(is_split, received_at - interval 4 day, received_at) as done_at from split
    union all
    select *, 2, received_at from split where is_split
)
select
    row_number() over (order by parts.id, parts.part)::integer as id,
    parts.id as order_id,
    parts.part,
    parts.is_split,
    parts.company_id,
    parts.warehouse_id,
    parts.vendor_id,
    parts.fate = 'drop_shipped' as is_dropship,
    parts.done_at,
    if(parts.done_at is null, 'open', 'done') as state,
    recorded(
        'receipt', parts.id * 2 + parts.part, if(parts.part = 1, parts.ordered_at, parts.received_at - interval 4 day)
    ) as created_at
from parts;

create table receipt_line as
with shares as (
    select
        receipt.id as receipt_id,
        receipt.order_id,
        receipt.part,
        receipt.state,
        purchase_line.id as purchase_line_id,
        purchase_line.product_id,
        purchase_line.warehouse_id,
        purchase_line.company_id,
        purchase_line.batch_no,
        purchase_line.uom_units,
        case
            when not receipt.is_split then purchase_line.product_quantity
            when receipt.part = 1 then floor(purchase_line.quantity::double * 0.6) * purchase_line.uom_units
            else purchase_line.product_quantity - floor(
                purchase_line.quantity::double * 0.6
            ) * purchase_line.uom_units
        end::decimal(18, 3) as quantity
    from receipt
    inner join purchase_line on purchase_line.order_id = receipt.order_id
)
select row_number() over (order by receipt_id, purchase_line_id)::integer as id, *
from shares
where quantity > 0;

delete from receipt where id not in (select receipt_id from receipt_line);
drop table purchase_draft;
