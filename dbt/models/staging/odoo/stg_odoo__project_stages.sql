with newest as (
    {{ newest_rows('project_project_stage') }}
)

select
    id as stage_id,
    {{ translated('name') }} as stage_name,
    sequence as stage_sequence,
    coalesce(fold, false) as is_folded,
    coalesce(active, true) as is_active
from newest
