{%- set columns = bronze_columns('res_company') -%}

with newest as (
    {{ newest_rows('res_company') }}
)

select
    id as company_id,
    parent_id as parent_company_id,
    {% if 'parent_path' in columns %}
    -- Branches share the chart of accounts, the rates and the lock dates of the company at the root.
    cast(split_part(parent_path, '/', 1) as integer) as root_company_id,
    parent_path,
    {% else %}
    -- Without branches a parent is a grouping that shares nothing.
    id as root_company_id,
    cast(id as varchar) || '/' as parent_path,
    {% endif %}
    partner_id,
    currency_id,
    {{ optional(columns, 'transfer_account_id', 'integer') }} as transfer_account_id,
    {{ optional(columns, 'project_time_mode_id', 'integer') }} as timesheet_uom_id,
    name as company_name,
    coalesce({{ optional(columns, 'fiscalyear_last_day', 'integer') }}, 31) as fiscalyear_last_day,
    coalesce({{ optional(columns, 'fiscalyear_last_month', 'integer') }}, 12) as fiscalyear_last_month,
    coalesce(active, true) as is_active,
    coalesce({{ optional(columns, 'anglo_saxon_accounting', 'boolean') }}, false) as has_perpetual_costs,
    {{ 'parent_path' in columns }} as takes_earliest_rate,
    {{ optional(columns, 'fiscalyear_lock_date', 'date') }} as fiscalyear_lock_date,
    {{ optional(columns, 'hard_lock_date', 'date') }} as hard_lock_date,
    {{ to_milliseconds('create_date') }} as created_at
from newest
