with newest as (
    {{ newest_rows('res_currency_rate') }}
)

select
    id as currency_rate_id,
    currency_id,
    company_id,
    cast(rate as {{ type_rate() }}) as rate,
    name as rate_date
from newest
