with newest as (
    {{ newest_rows('crm_team') }}
)

select
    id as team_id,
    company_id,
    user_id as leader_id,
    {{ translated('name') }} as team_name,
    coalesce(active, false) as is_active
from newest
