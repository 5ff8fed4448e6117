with movements as (
    select
        items.company_id,
        items.account_id,
        items.date,
        sum(case when items.balance > 0 then items.balance else 0 end) as inflow,
        sum(case when items.balance < 0 then -items.balance else 0 end) as outflow
    from {{ ref('fact_journal_entry') }} as items
    inner join {{ ref('dim_account') }} as accounts
        on
            items.account_id = accounts.account_id
            and items.company_id = accounts.company_id
    where accounts.is_cash and items.is_posted and items.date <= {{ as_of_date() }}
    group by items.company_id, items.account_id, items.date
),

first_days as (
    select
        company_id,
        account_id,
        min(date) as first_day
    from movements
    group by company_id, account_id
),

calendar as (
    {{ date_spine('(select min(first_days.first_day) from first_days)', as_of_date()) }}
),

positions as (
    select
        first_days.company_id,
        first_days.account_id,
        calendar.day as date,
        coalesce(movements.inflow, 0) as inflow,
        coalesce(movements.outflow, 0) as outflow,
        sum(coalesce(movements.inflow - movements.outflow, 0)) over (
            partition by first_days.company_id, first_days.account_id
            order by calendar.day
            rows between unbounded preceding and current row
        ) as closing_balance
    from first_days
    inner join calendar
        on first_days.first_day <= calendar.day
    left join movements
        on
            first_days.company_id = movements.company_id
            and first_days.account_id = movements.account_id
            and calendar.day = movements.date
)

select
    positions.company_id,
    positions.account_id,
    accounts.account_code,
    accounts.account_name,
    currencies.currency_code,
    cast(positions.closing_balance - positions.inflow + positions.outflow as {{ type_money() }}) as opening_balance,
    cast(positions.inflow as {{ type_money() }}) as inflow,
    cast(positions.outflow as {{ type_money() }}) as outflow,
    cast(positions.closing_balance as {{ type_money() }}) as closing_balance,
    positions.date
from positions
inner join {{ ref('dim_account') }} as accounts
    on
        positions.account_id = accounts.account_id
        and positions.company_id = accounts.company_id
left join {{ ref('stg_odoo__companies') }} as companies
    on positions.company_id = companies.company_id
left join {{ ref('stg_odoo__currencies') }} as currencies
    on companies.currency_id = currencies.currency_id
