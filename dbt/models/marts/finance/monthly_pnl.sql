{%- set sections = [
    'revenue', 'cost_of_revenue', 'operating_expenses', 'other_income', 'depreciation', 'other_expenses'
] -%}
{%- set amounts = [
    'revenue', 'cost_of_revenue', 'gross_profit', 'operating_expenses', 'operating_income', 'other_income',
    'depreciation', 'other_expenses', 'net_income', 'revenue_ly'
] -%}

with items as (
    select
        company_id,
        account_id,
        {{ month_start('date') }} as month,
        sum(balance) as balance
    from {{ ref('fact_journal_entry') }}
    where is_posted and date <= {{ as_of_date() }}
    group by company_id, account_id, {{ month_start('date') }}
),

first_months as (
    select
        company_id,
        min(month) as first_month
    from items
    group by company_id
),

calendar as (
    {{ month_spine('(select min(first_months.first_month) from first_months)', as_of_date()) }}
),

months as (
    select
        first_months.company_id,
        calendar.month
    from first_months
    inner join calendar
        on first_months.first_month <= calendar.month
),

results as (
    select
        items.company_id,
        items.month,
        {% for section in sections %}
        -sum(case when accounts.pnl_section = '{{ section }}' then items.balance else 0 end) as {{ section }},
        {% endfor %}
        -sum(items.balance) as net_income
    from items
    inner join {{ ref('dim_account') }} as accounts
        on
            items.account_id = accounts.account_id
            and items.company_id = accounts.company_id
    where accounts.internal_group in ('income', 'expense')
    group by items.company_id, items.month
),

dense as (
    select
        months.company_id,
        months.month,
        {% for section in sections %}
        cast(coalesce(results.{{ section }}, 0) as {{ type_money() }}) as {{ section }},
        {% endfor %}
        cast(coalesce(results.net_income, 0) as {{ type_money() }}) as net_income
    from months
    left join results
        on
            months.company_id = results.company_id
            and months.month = results.month
),

rates as (
    {{ reporting_rates('months') }}
),

statements as (
    select
        dense.*,
        cast(dense.revenue + dense.cost_of_revenue as {{ type_money() }}) as gross_profit,
        cast(dense.revenue + dense.cost_of_revenue + dense.operating_expenses as {{ type_money() }})
            as operating_income,
        last_years.revenue as revenue_ly,
        rates.reporting_currency_code,
        rates.average_rate,
        last_year_rates.average_rate as average_rate_ly
    from dense
    left join dense as last_years
        on
            dense.company_id = last_years.company_id
            and dense.month = {{ add_months('last_years.month', 12) }}
    left join rates
        on
            dense.company_id = rates.company_id
            and dense.month = rates.month
    left join rates as last_year_rates
        on
            dense.company_id = last_year_rates.company_id
            and dense.month = {{ add_months('last_year_rates.month', 12) }}
)

select
    statements.company_id,
    currencies.currency_code,
    statements.reporting_currency_code,
    {% for amount in amounts %}
    statements.{{ amount }},
    {% endfor %}
    {{ percent('statements.gross_profit', 'statements.revenue') }} as gross_margin_pct,
    {{ percent('(statements.revenue - statements.revenue_ly)', 'statements.revenue_ly') }} as revenue_yoy_pct,
    {% for amount in amounts %}
    {{ multiply(
        'statements.' ~ amount, 'statements.average_rate' ~ ('_ly' if amount == 'revenue_ly' else ''), type_money()
    ) }} as {{ amount }}_reporting,
    {% endfor %}
    statements.month
from statements
left join {{ ref('int_company_currencies') }} as currencies
    on statements.company_id = currencies.company_id
