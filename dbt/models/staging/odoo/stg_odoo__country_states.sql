with newest as (
    {{ newest_rows('res_country_state') }}
)

select
    id as country_state_id,
    country_id,
    code as country_state_code,
    name as country_state_name
from newest
