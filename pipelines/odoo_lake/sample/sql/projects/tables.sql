-- Projects, tasks, timesheets and analytic lines in Odoo's columns.
create view odoo.project_project as
select
    id, name, company_id, partner_id, user_id, 1 + id % 3 as stage_id, 100 + id as analytic_account_id,
    100 + id as account_id, id as alias_id, id as sequence, starts_on as date_start,
    starts_on + 400 as date, is_active as active, is_billable as allow_billable, true as allow_timesheets,
    (40 * (1 + id % 5))::double as allocated_hours,
    if(id % 4 = 0, 'portal', 'employees') as privacy_visibility,
    ['on_track', 'at_risk', 'off_track', 'to_define'][1 + id % 4] as last_update_status,
    if(is_billable, 'task_rate', 'not_billable') as billing_type, id % 20 = 19 as is_template,
    if(id % 3 = 0, 'canary-hash.' || partner_id || '@example.com', null) as partner_email,
    recorded('project', id, starts_on::timestamp + interval 9 hour) as create_date,
    recorded('project', id, starts_on::timestamp + to_days(id % 90) + interval 9 hour) as write_date
from project;

create view odoo.project_project_stage as
select id, name, id as sequence, id = 3 as fold
from (values (1, 'To do'), (2, 'In progress'), (3, 'Done')) as listed (id, name);

create view odoo.project_task_type as
select id, name, id as sequence, id in (3, 4) as fold, null::integer as user_id
from (values (1, 'New'), (2, 'In progress'), (3, 'Done'), (4, 'Cancelled')) as listed (id, name)
union all
-- Everybody sorts tasks in stages of their own.
select 4 + id, 'Inbox', 1, false, id from app_user;

create view odoo.project_task_type_rel as
select project.id as project_id, stage.id as type_id from project cross join range(1, 5) as stage (id);

create view odoo.project_task as
select
    task.id,
    task.project_id,
    task.stage_id,
    task.parent_id,
    'Task ' || task.id as name,
    -- A task may leave its company to its project.
    if(task.id % 9 = 4 and getvariable('odoo_version') >= 17, null, task.company_id) as company_id,
    if(task.project_id is null, null, project.partner_id) as partner_id,
    case task.outcome
        when 'done' then '1_done'
        when 'cancelled' then '1_canceled'
        else ['01_in_progress', '02_changes_requested', '03_approved', '04_waiting_normal'][1 + task.id % 4]
    end as state,
    case when task.outcome = 'open' and task.id % 5 = 0 then 'blocked' else 'normal' end as kanban_state,
    task.stage_id in (3, 4) as is_closed,
    (task.id % 2)::varchar as priority,
    task.sales_line_id as sale_line_id,
    if(task.sales_line_id is null, null, sales_line.order_id) as sale_order_id,
    date_trunc('second', task.opened_at + interval 1 hour) as date_assign,
    if(
        task.id % 4 = 0, null,
        date_trunc('day', task.opened_at) + to_days(dice('task deadline', task.id, 2, 30)) + interval 16 hour
    ) as date_deadline,
    if(task.stage_id in (3, 4), date_trunc('second', task.closed_at), null) as date_end,
    if(task.outcome = 'open', task.opened_at, task.closed_at) as date_last_stage_update,
    coalesce(task.sold_hours::double, (task.id % 5 * 4)::double) as allocated_hours,
    coalesce(task.sold_hours::double, (task.id % 5 * 4)::double) as planned_hours,
    task_hours.hours as effective_hours,
    task_hours.child_hours as subtask_effective_hours,
    task_hours.hours + task_hours.child_hours as total_hours_spent,
    coalesce(
        task.sold_hours::double, (task.id % 5 * 4)::double
    ) - task_hours.hours - task_hours.child_hours as remaining_hours,
    if(task.project_id is not null and task.id % 8 = 1, task.project_id % 3 + 1, null) as milestone_id,
    task.project_id is not null and task.parent_id is null as display_in_project,
    task.id % 40 <> 17 as active,
    task.project_id % 20 = 19 as is_template,
    recorded('task', task.id, task.opened_at) as create_date,
    recorded('task', task.id, if(task.outcome = 'open', task.opened_at, task.closed_at)) as write_date
from task
inner join task_hours on task_hours.task_id = task.id
left join project on project.id = task.project_id
left join sales_line on sales_line.id = task.sales_line_id;

create view odoo.project_task_user_rel as
select
    id, id as task_id, user_of('task user', id) as user_id, null::integer as stage_id, opened_at as create_date,
    opened_at as write_date
from task
where id % 5 <> 0;

create view odoo.project_milestone as
select
    id, 'Milestone ' || id as name, least(id, getvariable('projects'))::integer as project_id,
    getvariable('today')::date + 10 * id as deadline, id = 1 as is_reached
from (values (1), (2), (3)) as listed (id);

create view odoo.project_tags as
select id, name from (values (1, 'Urgent'), (2, 'On site')) as listed (id, name);

create view odoo.project_tags_project_task_rel as
select id as project_task_id, 1 + id % 2 as project_tags_id from task where id % 6 = 0;

create view odoo.project_update as
select
    id, 'Status of ' || name as name, id as project_id, user_id, 'on_track' as status, starts_on + 60 as date,
    40 as progress
from project
where starts_on + 60 < getvariable('today')::date;

-- Timesheets, then the analytic share of bills and invoices.
create view odoo.account_analytic_line as
with shared as (
    select
        item.id as item_id,
        move.company_id,
        move.date,
        item.balance,
        item.account_id as general_account_id,
        item.name,
        move.created_at,
        move.journal_id,
        share.analytic_id,
        money(-item.balance::double * share.percent / 100) as amount
    from item
    inner join move on move.id = item.move_id and move.state = 'posted'
    inner join (
        values ('marketing', 1, 60),
        ('marketing', 2, 40), ('travel', 1, 60), ('travel', 2, 40)
    ) as share (account_key, analytic_id, percent)
        on item.account_id % 100 = getvariable('account_no')[share.account_key]
    where item.display_type = 'product'
)
select
    timesheet.timesheet_id as id,
    -- A plan has a column of its own from 17 on.
    100 + timesheet.project_id as account_id,
    if(timesheet.timesheet_id % 5 = 0, 1 + timesheet.timesheet_id % 3, null) as x_plan2_id,
    timesheet.paying_company_id as company_id,
    company.currency_id,
    'Work on task ' || timesheet.id as name,
    timesheet.date,
    timesheet.amount,
    timesheet.hours::double as unit_amount,
    4 as product_uom_id,
    if(timesheet.employee_id <= getvariable('users')::integer, 5 + timesheet.employee_id, null) as user_id,
    project.partner_id,
    timesheet.project_id,
    timesheet.id as task_id,
    timesheet.employee_id,
    timesheet.department_id,
    timesheet.manager_id,
    'other' as category,
    null::integer as move_line_id,
    null::integer as general_account_id,
    null::integer as journal_id,
    timesheet.sales_line_id as so_line,
    project_of_line.order_id,
    case
        when timesheet.sales_line_id is not null then 'billable_time'
        when project.is_billable then 'billable_manual'
        else 'non_billable'
    end as timesheet_invoice_type,
    invoice.id as timesheet_invoice_id,
    recorded('timesheet', timesheet.timesheet_id, timesheet.date::timestamp + interval 18 hour) as create_date,
    recorded('timesheet', timesheet.timesheet_id, timesheet.date::timestamp + interval 18 hour) as write_date
from timesheet
inner join company on company.id = timesheet.paying_company_id
inner join project on project.id = timesheet.project_id
left join project_of_line on project_of_line.sales_line_id = timesheet.sales_line_id
left join document as invoice on invoice.kind = 'service_invoice'
    and invoice.source_id // 10 = project_of_line.order_id
    and invoice.source_id % 10 = 2
union all
select
    ((select max(timesheet_id) from timesheet) + row_number() over (order by item_id, analytic_id))::integer,
    if(getvariable('odoo_version') >= 17, null, analytic_id), analytic_id, shared.company_id, company.currency_id,
    shared.name, shared.date, amount, 0::double, null, 2, null, null, null, null, null, null, 'vendor_bill', item_id,
    general_account_id, journal_id, null, null, null, null, created_at, created_at
from shared
inner join company on company.id = shared.company_id;
