{%- set flows = ['revenue', 'net_income'] -%}
{%- set balances = ['cash_balance', 'receivables', 'payables'] -%}

with statements as (
    select * from {{ ref('monthly_pnl') }}
),

items as (
    select
        items.company_id,
        {{ month_start('items.date') }} as month,
        sum(case when accounts.is_cash then items.balance else 0 end) as cash,
        sum(case when {{ is_open_account('asset_receivable') }} then items.balance else 0 end) as receivables,
        -sum(case when {{ is_open_account('liability_payable') }} then items.balance else 0 end) as payables,
        -- What the customer or the vendor owes for a document is its total, taxes included.
        sum(case
            when items.display_type = 'payment_term' and items.move_type in ('out_invoice', 'out_refund', 'out_receipt')
                then items.balance
            else 0
        end) as invoiced,
        -sum(case
            when items.display_type = 'payment_term' and items.move_type in ('in_invoice', 'in_refund', 'in_receipt')
                then items.balance
            else 0
        end) as billed
    from {{ ref('fact_journal_entry') }} as items
    inner join {{ ref('dim_account') }} as accounts
        on
            items.account_id = accounts.account_id
            and items.company_id = accounts.company_id
    where items.is_posted and items.date <= {{ as_of_date() }}
    group by items.company_id, {{ month_start('items.date') }}
),

-- The months of monthly_pnl have no gaps, so rows before are months before.
running as (
    select
        statements.company_id,
        statements.month,
        sum(coalesce(items.cash, 0)) over company_months as cash_balance,
        sum(coalesce(items.receivables, 0)) over company_months as receivables,
        sum(coalesce(items.payables, 0)) over company_months as payables,
        sum(coalesce(items.invoiced, 0)) over three_months as invoiced,
        sum(coalesce(items.billed, 0)) over three_months as billed,
        1 + {{ days_between(
            add_months('statements.month', -2), 'least(' ~ month_end('statements.month') ~ ', ' ~ as_of_date() ~ ')'
        ) }} as days
    from statements
    left join items
        on
            statements.company_id = items.company_id
            and statements.month = items.month
    window
        company_months as (
            partition by statements.company_id
            order by statements.month
            rows between unbounded preceding and current row
        ),
        three_months as (
            partition by statements.company_id
            order by statements.month
            rows between 2 preceding and current row
        )
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
    cast(running.{{ balance }} as {{ type_money() }}) as {{ balance }},
    {% endfor %}
    case when running.invoiced > 0 then {{ divide('running.receivables * running.days', 'running.invoiced', type_quantity(), 6) }} end
        as dso_days,
    case when running.billed > 0 then {{ divide('running.payables * running.days', 'running.billed', type_quantity(), 6) }} end
        as dpo_days,
    {% for flow in flows %}
    statements.{{ flow }}_reporting,
    {% endfor %}
    {% for balance in balances %}
    {{ multiply('running.' ~ balance, 'rates.closing_rate', type_money()) }} as {{ balance }}_reporting,
    {% endfor %}
    statements.month
from statements
inner join running
    on
        statements.company_id = running.company_id
        and statements.month = running.month
left join rates
    on
        statements.company_id = rates.company_id
        and statements.month = rates.month
