with newest as (
    {{ newest_rows('res_partner_industry') }}
)

select
    id as industry_id,
    {{ translated('name') }} as industry_name,
    coalesce(active, true) as is_active
from newest
