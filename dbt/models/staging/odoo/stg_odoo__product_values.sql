with newest as (
    {{ newest_rows('product_value') }}
)

select
    id as product_value_id,
    company_id,
    product_id,
    lot_id,
    move_id,
    cast(value as {{ type_money() }}) as value,
    {{ to_milliseconds('date') }} as valued_at
from newest
