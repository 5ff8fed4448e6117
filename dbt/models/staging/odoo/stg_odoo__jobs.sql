with newest as (
    {{ newest_rows('hr_job') }}
)

select
    id as job_id,
    department_id,
    company_id,
    {{ translated('name') }} as job_name,
    coalesce(active, true) as is_active
from newest
