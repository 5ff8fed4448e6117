with newest as (
    {{ newest_rows('hr_department') }}
)

select
    id as department_id,
    parent_id as parent_department_id,
    company_id,
    manager_id,
    parent_path,
    {{ translated('name') }} as department_name,
    coalesce(active, true) as is_active
from newest
