-- Projects, tasks and timesheets. The first project is the company's own; service orders get a task each.
create table project as
select
    n::integer as id,
    case
        when n = 1 then 'Internal'
        else one_of(
            'project name', n, ['Rollout', 'Refit', 'Audit', 'Maintenance', 'Training', 'Migration']
        ) || ' ' || n
    end as name,
    case
        when n % 7 = 5 and getvariable('odoo_version') >= 17 then null
        when n % 4 = 3 then 2
        when n % 9 = 8 then 3
        else 1
    end as company_id,
    if(n = 1, null, 200 + dice('project customer', n, 1, getvariable('customers')::integer)) as partner_id,
    user_of('project manager', n) as user_id,
    getvariable('start')::date + dice('project starts', n, 0, 700) as starts_on,
    n % 3 <> 0 and n <> 1 as is_billable,
    n % 15 <> 14 as is_active
from range(1, getvariable('projects')::bigint + 1) as numbers (n);

create table project_of_line as
select
    service_delivery.*,
    2 + service_delivery.order_id % (getvariable('projects')::integer - 1) as project_id,
    row_number() over (order by service_delivery.sales_line_id)::integer as task_id
from service_delivery
inner join sales_line on sales_line.id = service_delivery.sales_line_id and sales_line.product_id = 4;

set variable service_tasks = (select count(*) from project_of_line);

create table task as
with planned as (
    select
        (getvariable('service_tasks') + row_number() over (order by project.id, numbers.n))::integer as id,
        project.id as project_id,
        project.company_id,
        numbers.n,
        null::integer as sales_line_id,
        null::decimal(14, 3) as sold_hours,
        moment(
            'task', project.id * 1000 + numbers.n,
            project.starts_on + dice(
                'task day', project.id * 1000 + numbers.n, 0,
                greatest(1, getvariable('today')::date - project.starts_on - 1)::integer
            )
        ) as opened_at
    from project
    cross join range(1, getvariable('tasks_per_project')::bigint + 1) as numbers (n)
    union all
    select
        task_id, project_id, company_id, 0, sales_line_id, quantity, moment('service task', task_id, invoiced_on - 12)
    from project_of_line
    union all
    -- Private to-dos.
    select
        (getvariable('service_tasks') + getvariable('projects') * getvariable('tasks_per_project') + n)::integer,
        null, if(getvariable('odoo_version') = 16, 1, null), n, null, null,
        moment('to-do', n, getvariable('today')::date - dice('to-do day', n, 1, 200))
    from range(1, getvariable('users')::bigint + 1) as numbers (n)
),
judged as (
    select
        *,
        case
            when sales_line_id is not null then 'done'
            when opened_at > getvariable('clock')::timestamp - interval 30 day or chance('task open', id, 0.2)
                then 'open'
            when chance('task cancelled', id, 0.1) then 'cancelled'
            else 'done'
        end as outcome
    from planned
)
select
    *,
    -- A task is closed by its state or by a folded stage, and not always by both.
    case
        when outcome = 'open' then 1 + id % 2
        when id % 6 = 1 and getvariable('odoo_version') >= 17 then 2
        when outcome = 'done' then 3
        else 4
    end as stage_id,
    least(
        opened_at + to_days(dice('task life', id, 1, 25)) + interval 5 hour,
        getvariable('clock')::timestamp - interval 2 hour
    ) as closed_at,
    if(n % 6 = 5 and project_id is not null and n > 1, id - 1, null) as parent_id
from judged;

create table timesheet as
with entries as (
    select
        task.*,
        unnest(
            range(0, dice('timesheets', task.id, 0, getvariable('timesheets_per_task')::integer))
        )::integer as position
    from task
    where project_id is not null and sales_line_id is null
    union all
    -- Eight hours a day until the sold work is done.
    select task.*, unnest(range(0, ceil(task.sold_hours::double / 8)::bigint))::integer
    from task
    where sales_line_id is not null
),
worked as (
    select
        row_number() over (order by id, position)::integer as timesheet_id,
        *,
        case
            when sales_line_id is not null then least(8, sold_hours::double - 8 * position)
            else one_of('hours', id * 100::bigint + position, [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])
        end as hours,
        least(opened_at::date + position, getvariable('today')::date - 1) as date,
        dice('worker', id * 100::bigint + position, 1, getvariable('employees')::integer) as employee_id
    from entries
)
select
    worked.*,
    employee.department_id,
    employee.manager_id,
    coalesce(worked.company_id, employee.company_id) as paying_company_id,
    money(-worked.hours * employee.hourly_cost::double) as amount
from worked
inner join employee on employee.id = worked.employee_id;

create table task_hours as
with own as (
    select id as task_id, sum(hours::decimal(9, 2)) as hours from timesheet group by id
),
of_children as (
    select task.parent_id as task_id, sum(own.hours) as hours
    from task
    inner join own on own.task_id = task.id
    where task.parent_id is not null
    group by task.parent_id
)
select
    task.id as task_id, coalesce(own.hours, 0)::double as hours, coalesce(of_children.hours, 0)::double as child_hours
from task
left join own on own.task_id = task.id
left join of_children on of_children.task_id = task.id;
