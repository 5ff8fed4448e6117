{%- set columns = bronze_columns('hr_employee') -%}
{%- set has_versions = 'current_version_id' in columns -%}

with newest as (
    {{ newest_rows('hr_employee') }}
),

contracts as (
    select
        employee_id,
        min(started_on) as hired_on
    from {{ ref('stg_odoo__contracts') }}
    where not is_canceled
    group by employee_id
){% if has_versions %},

-- From 19 on, what changes in the course of employment is on versions; one of them is current.
versions as (
    {{ newest_rows('hr_version') }}
){% endif %}

{% set details = 'versions' if has_versions else 'newest' %}
select
    newest.id as employee_id,
    newest.company_id,
    newest.user_id,
    newest.parent_id as manager_id,
    newest.coach_id,
    {{ details }}.department_id,
    {{ details }}.job_id,
    {{ details }}.work_location_id,
    newest.name as employee_name,
    {{ details }}.job_title,
    coalesce(newest.active, true) as is_active,
    {% if 'first_contract_date' in columns %}
    coalesce(newest.first_contract_date, contracts.hired_on) as hired_on,
    {% else %}
    contracts.hired_on,
    {% endif %}
    {{ details }}.departure_date as departed_on,
    {{ to_milliseconds('newest.create_date') }} as created_at
from newest
left join contracts
    on newest.id = contracts.employee_id
{% if has_versions %}
left join versions
    on newest.current_version_id = versions.id
{% endif %}
