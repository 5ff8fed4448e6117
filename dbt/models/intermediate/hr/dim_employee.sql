with employees as (
    select * from {{ ref('stg_odoo__employees') }}
),

referred as (
    select employee_id from {{ ref('fact_timesheet') }}
    union
    select manager_id as employee_id from {{ ref('stg_odoo__departments') }}
    union
    select manager_id as employee_id from employees
),

ids as (
    select employee_id from employees
    union
    select employee_id from referred
    where employee_id is not null
)

select
    ids.employee_id,
    employees.company_id,
    employees.department_id,
    employees.manager_id,
    employees.user_id,
    employees.employee_name,
    coalesce(employees.job_title, jobs.job_name) as job_title,
    coalesce(employees.is_active, false) as is_active,
    employees.employee_id is null as is_missing,
    employees.hired_on,
    employees.departed_on
from ids
left join employees
    on ids.employee_id = employees.employee_id
left join {{ ref('stg_odoo__jobs') }} as jobs
    on employees.job_id = jobs.job_id
