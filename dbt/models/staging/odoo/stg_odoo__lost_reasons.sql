with newest as (
    {{ newest_rows('crm_lost_reason') }}
)

select
    id as lost_reason_id,
    {{ translated('name') }} as lost_reason,
    coalesce(active, false) as is_active
from newest
