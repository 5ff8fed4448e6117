{%- set columns = bronze_columns('stock_picking') -%}

with newest as (
    {{ newest_rows('stock_picking') }}
)

select
    id as picking_id,
    picking_type_id,
    company_id,
    partner_id,
    {{ optional(columns, 'sale_id', 'integer') }} as sales_order_id,
    backorder_id as backorder_of_picking_id,
    {{ optional(columns, 'return_id', 'integer') }} as return_of_picking_id,
    location_id,
    location_dest_id,
    name as picking_name,
    state,
    {{ to_milliseconds('scheduled_date') }} as scheduled_at,
    {{ to_milliseconds('date_deadline') }} as deadline_at,
    {{ to_milliseconds('date_done') }} as done_at
from newest
