with newest as (
    {{ newest_rows('res_currency') }}
)

select
    id as currency_id,
    name as currency_code,
    symbol as currency_symbol,
    decimal_places,
    cast(rounding as {{ type_money() }}) as rounding,
    active as is_active
from newest
