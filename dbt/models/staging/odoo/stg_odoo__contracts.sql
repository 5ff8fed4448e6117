with contracts as (
    {{ newest_rows('hr_contract') }}
),

versions as (
    {{ newest_rows('hr_version') }}
)

select
    id as contract_id,
    employee_id,
    company_id,
    department_id,
    job_id,
    coalesce(state = 'cancel', false) as is_canceled,
    date_start as started_on,
    date_end as ended_on
from contracts
where employee_id is not null
union all
-- From 19 on a contract is a version of the employee; one that renews it repeats its dates.
select
    id as contract_id,
    employee_id,
    company_id,
    department_id,
    job_id,
    false as is_canceled,
    contract_date_start as started_on,
    contract_date_end as ended_on
from versions
where employee_id is not null and contract_date_start is not null
