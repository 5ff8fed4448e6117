-- Employees, departments, and their contracts over time.
create table department as
select *
from (
    values
    (1, 'Management', null, null, '1/', 'Management'), (2, 'Sales', 1, 1, '1/2/', 'Management / Sales'),
    (3, 'Export', 2, 1, '1/2/3/', 'Management / Sales / Export'),
    (4, 'Operations', 1, 1, '1/4/', 'Management / Operations'),
    (5, 'Warehouse', 4, 1, '1/4/5/', 'Management / Operations / Warehouse'),
    (6, 'Finance', 1, null, '1/6/', 'Management / Finance'), (7, 'US office', null, 2, '7/', 'US office')
) as listed (id, name, parent_id, company_id, parent_path, complete_name);

create table job as
select *
from (
    values
    (1, 'Director', 1), (2, 'Salesperson', 2), (3, 'Export manager', 3), (4, 'Consultant', 4),
    (5, 'Warehouse clerk', 5), (6, 'Accountant', 6), (7, 'Office manager', 7)
) as listed (id, name, department_id);

create table employee as
with placed as (
    select
        n::integer as id,
        case when n <= 7 then n::integer else 2 + (n % 6)::integer end as department_id
    from range(1, getvariable('employees')::bigint + 1) as numbers (n)
)
select
    id,
    department_id,
    case when department_id = 7 then 2 when id % 13 = 12 then 3 else 1 end as company_id,
    one_of(
        'employee first name', id, ['Ada', 'Basil', 'Cora', 'Dario', 'Edith', 'Fabio', 'Gwen', 'Hans', 'Ida', 'Jules']
    )
    || ' ' || one_of(
        'employee last name', id, ['Arnaud', 'Becker', 'Costa', 'Duval', 'Evans', 'Fischer', 'Girard', 'Hughes']
    ) as name,
    case when id = 1 then null when id <= 7 then 1 else department_id end as manager_id,
    getvariable('start')::date + if(id <= 7, -900, dice('hired', id, -1200, 900)) as hired_on,
    if(
        id % 9 = 8,
        least(getvariable('today')::date - 10, getvariable('start')::date + dice('departed', id, 950, 1050)), null
    ) as departed_on,
    money(22 + 30 * roll('hourly cost', id)) as hourly_cost,
    money(2300 + 3000 * roll('wage', id)) as wage,
    if(id % 14 = 10, 'contractor', 'employee') as employee_type
from placed;

-- Each period of an employee's contract: hired, then a rise or another department.
create table employment as
with periods as (
    select
        employee.*,
        period.no,
        case period.no
            when 1 then hired_on
            else greatest(hired_on + 200, getvariable('start')::date + dice('rise', employee.id, 300, 800))
        end as starts_on
    from employee
    cross join (values (1), (2)) as period (no)
    where period.no = 1 or employee.id % 3 = 0
)
select
    row_number() over (order by id, no)::integer as employment_id,
    *,
    lead(starts_on) over (partition by id order by no) - 1 as ends_on,
    if(no = 2 or id % 3 <> 0 or id <= 7, department_id, 2 + (id + 1) % 6) as department_then,
    if(no = 2, money(wage::double * 1.06), wage) as wage_then,
    no = max(no) over (partition by id) as is_current
from periods;

create view odoo.hr_employee as
select
    employee.id,
    employee.company_id,
    employee.name,
    employee.departed_on is null as active,
    employee.id as resource_id,
    1 + (employee.company_id = 2)::integer as resource_calendar_id,
    if(employee.id <= getvariable('users')::integer, 5 + employee.id, null) as user_id,
    (getvariable('employee_base') + employee.id)::integer as work_contact_id,
    if(
        getvariable('odoo_version') = 16, getvariable('employee_base') + getvariable('employees') + employee.id, null
    )::integer as address_home_id,
    employment.employment_id as current_version_id,
    employee.department_id,
    employee.department_id as job_id,
    job.name as job_title,
    employee.manager_id as parent_id,
    employee.manager_id as coach_id,
    1 as work_location_id,
    employee.company_id as address_id,
    'canary-hash.employee' || employee.id || '@example.com' as work_email,
    '+33 1 44 ' || lpad(employee.id::varchar, 6, '0') || ' canary-hash' as work_phone,
    employee.employee_type,
    employee.hourly_cost,
    employee.departed_on as departure_date,
    if(employee.departed_on is null, null, 1 + employee.id % 3) as departure_reason_id,
    if(employee.id % 2 = 0, 'female', 'male') as gender,
    if(employee.id % 3 = 0, 'married', 'single') as marital,
    make_date(1965 + employee.id % 38, 1 + employee.id % 12, 1 + employee.id % 28) as birthday,
    employee.id % 4 as children,
    75 as country_id,
    employee.id % 40 as km_home_work,
    'kilometers' as distance_home_work_unit,
    'en_US' as lang,
    employee.hired_on as first_contract_date,
    greatest(
        employee.hired_on::timestamp, getvariable('start')::timestamp - interval 30 day
    ) + interval 8 hour as create_date,
    recorded(
        'employee', employee.id,
        coalesce(
            employee.departed_on::timestamp,
            greatest(employment.starts_on::timestamp, getvariable('start')::timestamp)
        ) + interval 8 hour
    ) as write_date
from employee
inner join job on job.id = employee.department_id
inner join employment on employment.id = employee.id and employment.is_current;

create view odoo.hr_contract as
select
    employment.employment_id as id,
    employment.id as employee_id,
    employment.company_id,
    employment.department_then as department_id,
    employment.department_then as job_id,
    1 as contract_type_id,
    'Contract of ' || employment.name as name,
    case when employment.departed_on is not null or not employment.is_current then 'close' else 'open' end as state,
    'normal' as kanban_state,
    employment.starts_on as date_start,
    coalesce(employment.ends_on, employment.departed_on) as date_end,
    employment.wage_then as wage,
    true as active
from employment;

create view odoo.hr_version as
select
    employment.employment_id as id,
    employment.id as employee_id,
    employment.company_id,
    employment.department_then as department_id,
    employment.department_then as job_id,
    job.name as job_title,
    employment.employee_type,
    employment.starts_on as date_version,
    employment.starts_on as contract_date_start,
    if(employment.is_current, employment.departed_on, employment.ends_on) as contract_date_end,
    employment.wage_then as wage,
    if(employment.is_current, employment.departed_on, null) as departure_date,
    if(
        employment.is_current and employment.departed_on is not null, 1 + employment.id % 3, null
    ) as departure_reason_id,
    if(employment.id % 2 = 0, 'female', 'male') as sex,
    if(employment.id % 3 = 0, 'married', 'single') as marital,
    'kilometers' as distance_home_work_unit,
    1 as contract_type_id,
    1 as work_location_id,
    2 as hr_responsible_id,
    2 as last_modified_uid,
    employment.starts_on::timestamp + interval 8 hour as last_modified_date,
    true as active
from employment
inner join job on job.id = employment.department_then
union all
-- A template belongs to nobody.
select
    (select max(employment_id) from employment) + 1, null, 1, 5, 5, 'Warehouse clerk', 'employee',
    getvariable('start')::date, null, null, 2300, null, null, null, 'single', 'kilometers', 1, 1, 2, 2,
    getvariable('start')::timestamp, true;

create view odoo.hr_department as
select
    id, name, complete_name, parent_id, parent_path, company_id, id as manager_id, 1 as master_department_id,
    true as active,
    if(id = 5, 'Keys are with the foreman', null) as note
from department;

create view odoo.hr_job as
select
    id, name, department_id, if(department_id = 7, 2, 1) as company_id, id % 3 as no_of_recruitment, true as active,
    id as sequence
from job;

create view odoo.hr_contract_type as
select id, name, id as sequence from (values (1, 'Permanent'), (2, 'Temporary')) as listed (id, name);

create view odoo.hr_departure_reason as
select id, name, id as sequence from (values (1, 'Fired'), (2, 'Resigned'), (3, 'Retired')) as listed (id, name);

create view odoo.hr_work_location as
select id, name, company_id, partner_id as address_id, 'office' as location_type
from (values (1, 'Headquarters', 1, 1), (2, 'Austin', 2, 6)) as listed (id, name, company_id, partner_id);

create view odoo.hr_employee_category as
select id, name from (values (1, 'Driver'), (2, 'First aid')) as listed (id, name);

create view odoo.employee_category_rel as
select id as employee_id, id as emp_id, 1 + id % 2 as category_id from employee where id % 4 = 0;

create view odoo.resource_resource as
select
    id, name, company_id, departed_on is null as active, 'user' as resource_type,
    if(id <= getvariable('users')::integer, 5 + id, null) as user_id,
    1 + (company_id = 2)::integer as calendar_id, if(company_id = 2, 'America/Chicago', 'Europe/Paris') as tz,
    100::double as time_efficiency
from employee;

create view odoo.resource_calendar as
select
    id, name, company_id, tz, 'fully_fixed' as schedule_type, 8::decimal(9, 2) as hours_per_day,
    40::double as full_time_required_hours, 40::double as hours_per_week
from (
    values (1, 'Standard 40 hours', 1, 'Europe/Paris'),
    (2, 'US 40 hours', 2, 'America/Chicago')
) as listed (id, name, company_id, tz);
