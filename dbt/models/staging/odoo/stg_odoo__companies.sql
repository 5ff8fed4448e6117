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
    transfer_account_id,
    project_time_mode_id as timesheet_uom_id,
    name as company_name,
    fiscalyear_last_day,
    cast(fiscalyear_last_month as integer) as fiscalyear_last_month,
    active as is_active,
    anglo_saxon_accounting as has_perpetual_costs,
    {{ 'parent_path' in columns }} as takes_earliest_rate,
    fiscalyear_lock_date,
    {{ optional(columns, 'hard_lock_date', 'date') }} as hard_lock_date,
    {{ to_milliseconds('create_date') }} as created_at
from newest
