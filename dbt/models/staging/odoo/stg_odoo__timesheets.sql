{%- set columns = bronze_columns('hr_timesheet') -%}

with newest as (
    {{ newest_rows('hr_timesheet') }}
)

select
    id as timesheet_id,
    company_id,
    currency_id,
    employee_id,
    user_id,
    department_id,
    project_id,
    task_id,
    account_id as analytic_account_id,
    {{ optional(columns, 'so_line', 'integer') }} as order_line_id,
    {{ optional(columns, 'timesheet_invoice_id', 'integer') }} as invoice_move_id,
    product_uom_id as uom_id,
    {{ optional(columns, 'timesheet_invoice_type', 'varchar') }} as billable_type,
    cast(unit_amount as {{ type_quantity() }}) as quantity,
    cast(amount as {{ type_money() }}) as amount,
    date
from newest
where project_id is not null
