with newest as (
    {{ newest_rows('stock_valuation_layer') }}
)

select
    id as layer_id,
    company_id,
    product_id,
    stock_move_id as move_id,
    stock_landed_cost_id as landed_cost_id,
    cast(quantity as {{ type_quantity() }}) as quantity,
    cast(value as {{ type_money() }}) as value,
    {{ to_milliseconds('create_date') }} as created_at
from newest
