-- Budgets of MIS Builder: by account, in the ledger's sign, and by KPI.
create table budget as
with years as (
    select distinct
        company.id as company_id,
        year(month.month) as calendar_year
    from month
    cross join company
    where company.id <= getvariable('budget_depth')::integer
)
select
    row_number() over (order by company_id, calendar_year, listed.no)::integer as id,
    company_id,
    calendar_year,
    listed.no,
    listed.name || ' ' || calendar_year as name,
    listed.state,
    listed.factor,
    make_date(calendar_year, 1, 1) as date_from,
    make_date(calendar_year, 12, 31) as date_to
from years
cross join (
    values (1, 'Budget', 'confirmed', 1.0),
    (2, 'Revised budget', 'draft', 1.05), (3, 'First proposal', 'cancelled', 0.9)
) as listed (no, name, state, factor)
-- Only the latest years have a second version.
where listed.no = 1 or calendar_year >= year(getvariable('today')::date) - 1;

create table budget_item as
with actual as (
    select
        entry.company_id,
        item.account_id,
        year(entry.date) as calendar_year,
        month(entry.date) as month_no,
        sum(item.balance) as balance
    from item
    inner join entry on entry.id = item.move_id and entry.state = 'posted'
    inner join account on account.id = item.account_id
    where split_part(account.account_type, '_', 1) in ('income', 'expense')
        and account.key not in ('exchange_gain', 'exchange_loss', 'inventory_loss', 'retired_income')
    group by all
),
yearly as (
    select company_id, account_id, calendar_year, sum(balance) / count(distinct month_no) as monthly
    from actual
    group by all
),
monthly as (
    select
        budget.id as budget_id, yearly.company_id, yearly.account_id,
        make_date(budget.calendar_year, numbers.month_no::integer, 1) as date_from,
        last_day(make_date(budget.calendar_year, numbers.month_no::integer, 1)) as date_to,
        money(
            yearly.monthly::double * budget.factor * (
                0.9 + 0.2 * roll(
                    'budget', yearly.account_id * 100 + budget.calendar_year % 100 + yearly.company_id * 100000
                )
            )
        ) as balance
    from budget
    inner join yearly on yearly.company_id = budget.company_id and yearly.calendar_year = budget.calendar_year
    cross join range(1, 13) as numbers (month_no)
    where yearly.account_id % 100 <> getvariable('account_no')['rent']
),
odd_periods as (
    -- Rent is budgeted from the 15th of one quarter to the 14th of the next.
    select
        budget.id, yearly.company_id, yearly.account_id,
        greatest(
            budget.date_from,
            (make_date(budget.calendar_year, 1, 15) + to_months(3 * (numbers.quarter_no - 1)::integer))::date
        ),
        least(
            budget.date_to,
            (make_date(budget.calendar_year, 1, 14) + to_months(3 * numbers.quarter_no::integer))::date
        ),
        money(yearly.monthly::double * 3 * budget.factor)
    from budget
    inner join yearly on yearly.company_id = budget.company_id and yearly.calendar_year = budget.calendar_year
    cross join range(1, 5) as numbers (quarter_no)
    where yearly.account_id % 100 = getvariable('account_no')['rent']
)
select row_number() over (order by budget_id, account_id, date_from)::integer as id, *
from (select * from monthly union all select * from odd_periods)
where balance <> 0;

create view odoo.mis_budget_by_account as
select
    id, name, company_id, state, date_from, date_to, false as allow_items_overlap, 'Made in autumn' as description,
    true as active
from budget;

create view odoo.mis_budget_by_account_item as
select
    budget_item.id, budget_item.budget_id, budget_item.company_id, company.currency_id as company_currency_id,
    budget_item.account_id, budget_item.date_from, budget_item.date_to,
    greatest(budget_item.balance, 0)::decimal(18, 2) as debit,
    greatest(-budget_item.balance, 0)::decimal(18, 2) as credit, budget_item.balance,
    recorded('budget', budget_item.id, getvariable('start')::timestamp + interval 9 hour) as write_date
from budget_item
inner join company on company.id = budget_item.company_id;

create view odoo.mis_report as
select 1 as id, 'Profit and loss' as name, 'actual move lines' as description, 1 as move_lines_source;

create view odoo.mis_report_kpi as
select
    id, 1 as report_id, name, description, id as sequence, 'num' as type, 'sum' as accumulation_method,
    'pct' as compare_method, true as budgetable, false as multi
from (
    values (1, 'revenue', 'Revenue'),
    (2, 'cost', 'Cost of goods'), (3, 'overheads', 'Overheads')
) as listed (id, name, description);

create view odoo.mis_report_kpi_expression as
select id, id as kpi_id, expression as name, id as sequence
from (values (1, '-balp[70%]'), (2, 'balp[607%]'), (3, 'balp[61%,62%,64%]')) as listed (id, expression);

create view odoo.mis_report_instance as
select
    1 as id, 'Profit and loss' as name, 1 as report_id, 1 as company_id, 'posted' as target_move,
    false as multi_company, false as temporary;

create view odoo.mis_report_instance_period as
select
    1 as id, 'This year' as name, 1 as report_instance_id, 'fix' as mode, 'y' as type, 'actuals' as source,
    make_date(year(getvariable('today')::date), 1, 1) as manual_date_from,
    make_date(year(getvariable('today')::date), 12, 31) as manual_date_to;

create view odoo.mis_budget as
select
    calendar_year - year(getvariable('start')::date) + 1 as id, name, 1 as report_id, company_id, state, date_from,
    date_to, true as active
from budget
where company_id = 1 and no = 1;

create view odoo.mis_budget_item as
select
    row_number() over (order by budget.calendar_year, kpi.id, numbers.quarter_no)::integer as id,
    (budget.calendar_year - year(getvariable('start')::date) + 1)::integer as budget_id,
    kpi.id as kpi_expression_id,
    make_date(budget.calendar_year, 3 * numbers.quarter_no::integer - 2, 1) as date_from,
    last_day(make_date(budget.calendar_year, 3 * numbers.quarter_no::integer, 1)) as date_to,
    (getvariable('order_line_value') * (100 + 10 * kpi.id))::double as amount,
    1 as company_id
from budget
cross join (values (1), (2), (3)) as kpi (id)
cross join range(1, 5) as numbers (quarter_no)
where budget.company_id = 1 and budget.no = 1;

create view odoo.date_range_type as
select 1 as id, 'Fiscal year' as name, 1 as company_id, false as allow_overlap, true as active;

create view odoo.date_range as
select
    row_number() over (order by calendar_year)::integer as id, calendar_year::varchar as name, 1 as type_id,
    1 as company_id, date_from as date_start, date_to as date_end, true as active
from budget
where company_id = 1 and no = 1;
