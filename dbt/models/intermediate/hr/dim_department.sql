with departments as (
    select * from {{ ref('stg_odoo__departments') }}
),

paths as (
    select
        departments.department_id,
        {{ join_text('ancestors.department_name', ' / ', 'length(ancestors.parent_path)') }} as department_path
    from departments
    inner join departments as ancestors
        on substr(departments.parent_path, 1, length(ancestors.parent_path)) = ancestors.parent_path
    group by departments.department_id
),

referred as (
    select department_id from {{ ref('stg_odoo__employees') }}
    union
    select department_id from {{ ref('fact_timesheet') }}
    union
    select parent_department_id as department_id from departments
),

ids as (
    select department_id from departments
    union
    select department_id from referred
    where department_id is not null
)

select
    ids.department_id,
    departments.parent_department_id,
    departments.company_id,
    departments.manager_id,
    departments.department_name,
    coalesce(paths.department_path, departments.department_name) as department_path,
    coalesce(departments.is_active, false) as is_active,
    departments.department_id is null as is_missing
from ids
left join departments
    on ids.department_id = departments.department_id
left join paths
    on ids.department_id = paths.department_id
