{%- set columns = bronze_columns('project_project') -%}

with newest as (
    {{ newest_rows('project_project') }}
)

select
    id as project_id,
    company_id,
    partner_id,
    user_id as manager_user_id,
    {{ optional(columns, 'stage_id', 'integer') }} as stage_id,
    {{ first_of(columns, ['account_id', 'analytic_account_id'], 'integer') }} as analytic_account_id,
    {{ translated('name') }} as project_name,
    {{ optional(columns, 'allocated_hours', type_quantity()) }} as allocated_hours,
    {{ optional(columns, 'allow_billable', 'boolean') }} as is_billable,
    {{ optional(columns, 'is_template', 'boolean') }} as is_template,
    coalesce(active, true) as is_active,
    date_start as started_on,
    date as ends_on,
    {{ to_milliseconds('create_date') }} as created_at
from newest
