{%- set columns = bronze_columns('purchase_order') -%}

with newest as (
    {{ newest_rows('purchase_order') }}
)

select
    id as order_id,
    company_id,
    partner_id,
    currency_id,
    {{ optional(columns, 'picking_type_id', 'integer') }} as picking_type_id,
    user_id as buyer_id,
    name as order_name,
    state,
    invoice_status,
    {{ optional(columns, 'receipt_status', 'varchar') }} as receipt_status,
    cast(currency_rate as {{ type_rate() }}) as currency_rate,
    -- Up to 18 an order is also locked by its state.
    coalesce(state in ('purchase', 'done'), false) as is_confirmed,
    {{ to_milliseconds('create_date') }} as created_at,
    {{ to_milliseconds('date_order') }} as ordered_at,
    {{ to_milliseconds('date_approve') }} as approved_at
from newest
