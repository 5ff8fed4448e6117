with newest as (
    {{ newest_rows('res_country') }}
)

select
    id as country_id,
    currency_id,
    code as country_code,
    {{ translated('name') }} as country_name
from newest
