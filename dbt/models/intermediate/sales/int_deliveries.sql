{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

with pickings as (
    select
        *,
        {{ business_date('done_at') }} as done_on,
        {{ business_date('coalesce(deadline_at, scheduled_at)') }} as promised_on
    from {{ ref('stg_odoo__pickings') }}
    where state = 'done'
),

picking_types as (
    select * from {{ ref('stg_odoo__picking_types') }}
    where picking_type_code = 'outgoing'
),

locations as (
    select * from {{ ref('stg_odoo__locations') }}
    where usage = 'customer'
),

-- 16 doesn't tell a returned delivery that is sent again by its transfer, but by its moves.
sent_again as (
    select picking_id from {{ ref('fact_stock_move') }}
    where state = 'done'
    group by picking_id
    having count(*) = count(return_of_move_id)
)

select
    pickings.picking_id,
    pickings.sales_order_id as order_id,
    pickings.company_id,
    pickings.picking_name,
    pickings.done_on,
    pickings.promised_on
from pickings
inner join picking_types
    on pickings.picking_type_id = picking_types.picking_type_id
inner join locations
    on pickings.location_dest_id = locations.location_id
left join sent_again
    on pickings.picking_id = sent_again.picking_id
where
    pickings.sales_order_id is not null
    and pickings.return_of_picking_id is null
    and sent_again.picking_id is null
    and pickings.done_on <= {{ as_of_date() }}
