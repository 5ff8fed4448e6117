{%- set columns = bronze_columns('sale_order') -%}

with newest as (
    {{ newest_rows('sale_order', overwritten=true) }}
)

select
    id as order_id,
    company_id,
    partner_id,
    currency_id,
    team_id,
    user_id as salesperson_id,
    {{ optional(columns, 'opportunity_id', 'integer') }} as opportunity_id,
    {{ optional(columns, 'warehouse_id', 'integer') }} as warehouse_id,
    name as order_name,
    state,
    invoice_status,
    {{ optional(columns, 'delivery_status', 'varchar') }} as delivery_status,
    cast(currency_rate as {{ type_rate() }}) as currency_rate,
    -- 16 also locks an order by its state.
    coalesce(state in ('sale', 'done'), false) as is_confirmed,
    {{ to_milliseconds('create_date') }} as created_at,
    {{ to_milliseconds('date_order') }} as ordered_at,
    {{ to_milliseconds('commitment_date') }} as promised_at
from newest
