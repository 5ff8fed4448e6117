with uoms as (
    select * from {{ ref('stg_odoo__uoms') }}
),

hours as (
    select min(uom_id) as uom_id
    from uoms
    where uom_name = 'Hours'
),

-- Odoo counts in hours unless a company's project unit is days.
hours_per_unit as (
    select
        uoms.uom_id,
        uoms.reference_quantity,
        hour.reference_quantity as hour_quantity
    from uoms
    cross join hours
    inner join uoms as hour
        on hours.uom_id = hour.uom_id
)

select
    timesheets.timesheet_id,
    timesheets.company_id,
    timesheets.employee_id,
    timesheets.department_id,
    timesheets.project_id,
    timesheets.task_id,
    timesheets.order_line_id,
    timesheets.invoice_move_id,
    timesheets.billable_type,
    coalesce(
        {{ divide(
            'timesheets.quantity * hours_per_unit.reference_quantity', 'hours_per_unit.hour_quantity', type_quantity()
        ) }},
        timesheets.quantity
    ) as hours,
    -timesheets.amount as cost,
    timesheets.order_line_id is not null as is_billable,
    timesheets.date
from {{ ref('stg_odoo__timesheets') }} as timesheets
left join hours_per_unit
    on timesheets.uom_id = hours_per_unit.uom_id
