-- What leaves the warehouse for an order: at most two shipments, the second one a backorder that may be given up.
create table shipment as
with promised as (
    select
        sales_order.*,
        dice('order lead', id, 3, 8) as lead_days,
        case
            when chance('order commitment', id, 0.4)
                then date_trunc(
                    'second',
                    ordered_at + to_seconds((3 + 12 * roll('order commitment days', id)) * 86400)
                )
        end as committed_at
    from sales_order
    where exists (select 1 from sales_line where sales_line.order_id = sales_order.id and sales_line.is_goods)
        and (state = 'sale' or (state = 'cancel' and id % 2 = 0))
),
planned as (
    select *, coalesce(committed_at, ordered_at + to_days(lead_days)) as deadline_at
    from promised
),
sent as (
    select
        *,
        date_trunc('second', case
            when chance('shipped late', id, 0.17)
                then deadline_at + to_seconds((0.5 + 9 * pow(roll('shipped days', id), 2)) * 86400)
            else ordered_at + to_seconds(
                greatest(0.3, 0.25 + 0.7 * roll('shipped days', id)) * epoch(deadline_at - ordered_at)
            )
        end) as sent_at,
        -- A few orders wait and wait, and of the latest every other one.
        id % 71 = 13 or (id > getvariable('orders') * 0.97 and id % 2 = 0) as is_stuck
    from planned
),
parts as (
    select *, 1 as part, sent_at as part_sent_at from sent
    union all
    select *, 2, sent_at + to_seconds((2.5 + 10 * roll('backorder days', id)) * 86400)
    from sent
    where id % 10 = 3 and state = 'sale' and not is_dropship and sent_at < getvariable('clock') and not is_stuck
),
settled as (
    select
        *,
        case
            when state = 'cancel' then 'cancel'
            when part = 2 and id % 50 = 3 then 'cancel'
            when part_sent_at >= getvariable('clock') or is_stuck then 'open'
            else 'done'
        end as part_state
    from parts
)
select
    row_number() over (order by settled.id, settled.part)::integer as id,
    settled.id as order_id,
    settled.part,
    settled.company_id,
    settled.warehouse_id,
    settled.partner_shipping_id as partner_id,
    settled.is_dropship,
    warehouse.two_steps and not settled.is_dropship as two_steps,
    settled.part_state as state,
    settled.ordered_at,
    settled.committed_at,
    settled.lead_days,
    settled.deadline_at,
    case when settled.part_state = 'done' then settled.part_sent_at end as done_at,
    -- In a two-step warehouse goods wait at the output; an open shipment may have got that far.
    case
        when not warehouse.two_steps or settled.is_dropship then null
        when settled.part_state = 'done'
            then date_trunc('second', settled.part_sent_at - (settled.part_sent_at - settled.ordered_at) * 0.15)
        when settled.part_state = 'open'
            and settled.id % 3 = 0
            and settled.ordered_at < getvariable('clock')::timestamp - interval 1 day
            then settled.ordered_at + interval 20 hour
    end as picked_at,
    -- From 18 on the second step exists when the first is done.
    getvariable('odoo_version') >= 18 and warehouse.two_steps and not settled.is_dropship and picked_at is null
        as is_pushed_later,
    settled.id % 10 = 3 and settled.state = 'sale' as is_split,
    recorded(
        'shipment', settled.id * 2 + settled.part, if(settled.part = 1, settled.ordered_at, settled.sent_at)
    ) as created_at
from settled
inner join warehouse on warehouse.id = settled.warehouse_id;

-- Quantities in the product's unit; the first part of a split order takes six tenths of each line that can be
-- divided.
create table shipment_line as
with divided as (
    select
        sales_line.*,
        case
            when sales_line.category_id = 6 then round(sales_line.quantity::double * 0.6, 1)
            else floor(sales_line.quantity::double * 0.6)
        end::decimal(14, 3) * sales_line.uom_units as first_quantity
    from sales_line
    where sales_line.is_goods
),
moved as (
    select
        shipment.id as shipment_id,
        shipment.part,
        shipment.state,
        divided.id as sales_line_id,
        divided.product_id,
        divided.is_storable,
        divided.uom_units,
        divided.uom_id,
        divided.product_uom_id,
        case
            when not exists (
                select 1
                from shipment as backorder
                where backorder.order_id = shipment.order_id and backorder.part = 2
            )
                then divided.product_quantity
            when shipment.part = 1 and divided.first_quantity > 0 then divided.first_quantity
            when shipment.part = 1 then divided.product_quantity
            when divided.first_quantity > 0 then divided.product_quantity - divided.first_quantity
            else 0
        end::decimal(14, 3) as quantity
    from shipment
    inner join divided on divided.order_id = shipment.order_id
)
select
    row_number() over (order by shipment_id, sales_line_id)::integer as id,
    *,
    -- Some moves keep the unit of the order.
    if(uom_units > 1 and sales_line_id % 2 = 0, uom_units, 1) as move_units
from moved
where quantity > 0;

-- A backorder of which nothing is left does not exist.
delete from shipment where id not in (select shipment_id from shipment_line);
