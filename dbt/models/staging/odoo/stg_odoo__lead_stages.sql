with newest as (
    {{ newest_rows('crm_stage') }}
)

select
    id as stage_id,
    {{ translated('name') }} as stage_name,
    sequence as stage_sequence,
    coalesce(is_won, false) as is_won
from newest
