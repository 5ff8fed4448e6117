{%- set flows = ['revenue', 'net_income'] -%}
{%- set balances = {'cash_balance': 'cash', 'receivables': 'receivables', 'payables': 'payables'} -%}

with statements as (
    select * from {{ ref('monthly_pnl') }}
),

items as (
    select
        items.company_id,
        {{ month_start('items.date') }} as month,
        sum(case when accounts.is_cash then items.balance else 0 end) as cash,
        sum(case when {{ is_open_account('asset_receivable') }} then items.balance else 0 end) as receivables,
        -sum(case when {{ is_open_account('liability_payable') }} then items.balance else 0 end) as payables
    from {{ ref('fact_journal_entry') }} as items
    inner join {{ ref('dim_account') }} as accounts
        on
            items.account_id = accounts.account_id
            and items.company_id = accounts.company_id
    where items.is_posted and items.date <= {{ as_of_date() }}
    group by items.company_id, {{ month_start('items.date') }}
),

-- What a customer or vendor owes for a document is its total, taxes included.
documents as (
    select
        company_id,
        {{ month_start('invoice_date') }} as month,
        sum(case when move_type in ('out_invoice', 'out_refund', 'out_receipt') then balance else 0 end) as invoiced,
        -sum(case when move_type in ('in_invoice', 'in_refund', 'in_receipt') then balance else 0 end) as billed
    from {{ ref('fact_journal_entry') }}
    where is_posted and display_type = 'payment_term' and invoice_date <= {{ as_of_date() }}
    group by company_id, {{ month_start('invoice_date') }}
),

three_months as (
    select
        statements.company_id,
        statements.month,
        sum(documents.invoiced) as invoiced,
        sum(documents.billed) as billed
    from statements
    inner join documents
        on
            statements.company_id = documents.company_id
            and documents.month between {{ add_months('statements.month', -2) }} and statements.month
    group by statements.company_id, statements.month
),

-- The months of monthly_pnl begin with the first posting and have no gaps.
balances as (
    select
        statements.company_id,
        statements.month,
        {% for balance, movement in balances.items() %}
        sum(coalesce(items.{{ movement }}, 0)) over (
            partition by statements.company_id
            order by statements.month
            rows between unbounded preceding and current row
        ) as {{ balance }},
        {% endfor %}
        1 + {{ days_between(add_months('statements.month', -2), month_end('statements.month')) }} as days
    from statements
    left join items
        on
            statements.company_id = items.company_id
            and statements.month = items.month
),

rates as (
    {{ reporting_rates('statements') }}
)

select
    statements.company_id,
    statements.currency_code,
    statements.reporting_currency_code,
    {% for flow in flows %}
    statements.{{ flow }},
    {% endfor %}
    statements.gross_margin_pct,
    {% for balance in balances %}
    cast(balances.{{ balance }} as {{ type_money() }}) as {{ balance }},
    {% endfor %}
    case
        when
            three_months.invoiced > 0
            then {{ divide('balances.receivables * balances.days', 'three_months.invoiced', type_quantity(), 6) }}
    end
        as dso_days,
    case
        when
            three_months.billed > 0
            then {{ divide('balances.payables * balances.days', 'three_months.billed', type_quantity(), 6) }}
    end
        as dpo_days,
    {% for flow in flows %}
    statements.{{ flow }}_reporting,
    {% endfor %}
    {% for balance in balances %}
    {{ multiply('balances.' ~ balance, 'rates.closing_rate', type_money()) }} as {{ balance }}_reporting,
    {% endfor %}
    statements.month
from statements
inner join balances
    on
        statements.company_id = balances.company_id
        and statements.month = balances.month
left join three_months
    on
        statements.company_id = three_months.company_id
        and statements.month = three_months.month
left join rates
    on
        statements.company_id = rates.company_id
        and statements.month = rates.month
