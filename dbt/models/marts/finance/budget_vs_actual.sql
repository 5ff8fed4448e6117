with items as (
    select
        items.budget_item_id,
        items.budget_id,
        items.company_id,
        items.account_id,
        budgets.budget_name,
        -items.balance as amount,
        items.date_from,
        items.date_to,
        {{ days_between('items.date_from', 'items.date_to') }} + 1 as days
    from {{ ref('stg_odoo__account_budget_items') }} as items
    inner join {{ ref('stg_odoo__account_budgets') }} as budgets
        on items.budget_id = budgets.budget_id
    where budgets.state = 'confirmed' and items.date_from <= items.date_to
),

calendar as (
    {{ month_spine('(select min(items.date_from) from items)', '(select max(items.date_to) from items)') }}
),

months as (
    select
        items.*,
        calendar.month,
        {{ days_between('items.date_from', 'greatest(items.date_from, calendar.month)') }} as days_before,
        {{ days_between('items.date_from', 'least(items.date_to, ' ~ month_end('calendar.month') ~ ')') }}
        + 1 as days_until
    from items
    inner join calendar
        on
            items.date_from <= {{ month_end('calendar.month') }}
            and items.date_to >= calendar.month
),

-- The difference of two running shares, so that the months add up to the item to the last digit.
shares as (
    select
        budget_id,
        company_id,
        account_id,
        month,
        max(budget_name) as budget_name,
        sum(
            {{ divide('amount * days_until', 'days', type_money()) }}
            - {{ divide('amount * days_before', 'days', type_money()) }}
        ) as budget_amount
    from months
    group by budget_id, company_id, account_id, month
),

actuals as (
    select
        company_id,
        account_id,
        {{ month_start('date') }} as month,
        -sum(balance) as actual_amount
    from {{ ref('fact_journal_entry') }}
    where is_posted and date <= {{ as_of_date() }}
    group by company_id, account_id, {{ month_start('date') }}
),

compared as (
    select
        shares.budget_id,
        shares.company_id,
        shares.account_id,
        shares.budget_name,
        cast(shares.budget_amount as {{ type_money() }}) as budget_amount,
        cast(coalesce(actuals.actual_amount, 0) as {{ type_money() }}) as actual_amount,
        cast(coalesce(actuals.actual_amount, 0) - shares.budget_amount as {{ type_money() }}) as variance,
        shares.month
    from shares
    left join actuals
        on
            shares.company_id = actuals.company_id
            and shares.account_id = actuals.account_id
            and shares.month = actuals.month
)

select
    compared.budget_id,
    compared.company_id,
    compared.account_id,
    compared.budget_name,
    accounts.account_code,
    accounts.account_name,
    currencies.currency_code,
    compared.budget_amount,
    compared.actual_amount,
    compared.variance,
    {{ percent('compared.variance', 'compared.budget_amount') }} as variance_pct,
    compared.month
from compared
left join {{ ref('dim_account') }} as accounts
    on
        compared.account_id = accounts.account_id
        and compared.company_id = accounts.company_id
left join {{ ref('int_company_currencies') }} as currencies
    on compared.company_id = currencies.company_id
