with newest as (
    {{ newest_rows('project_task_type') }}
)

select
    id as stage_id,
    user_id as owner_user_id,
    {{ translated('name') }} as stage_name,
    sequence as stage_sequence,
    coalesce(fold, false) as is_folded,
    coalesce(active, true) as is_active
from newest
