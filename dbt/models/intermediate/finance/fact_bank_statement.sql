with lines as (
    select
        lines.*,
        statements.balance_start,
        coalesce(lines.internal_index = statements.first_line_index, false) as is_first_of_statement,
        case when lines.state = 'posted' then lines.amount_journal_currency else 0 end as amount_posted
    from {{ ref('stg_odoo__bank_statement_lines') }} as lines
    left join {{ ref('stg_odoo__bank_statements') }} as statements
        on lines.statement_id = statements.statement_id
),

-- Odoo begins anew at each statement's first line, with the balance that the bank stated.
runs as (
    select
        lines.*,
        sum(case when lines.is_first_of_statement then 1 else 0 end) over (
            partition by lines.journal_id
            order by lines.internal_index
            rows between unbounded preceding and current row
        ) as run_number
    from lines
)

select
    runs.statement_line_id,
    runs.statement_id,
    runs.move_id,
    runs.company_id,
    runs.journal_id,
    runs.partner_id,
    runs.currency_id,
    runs.internal_index,
    runs.state,
    currencies.currency_code,
    runs.amount_journal_currency,
    cast(
        coalesce(max(case when runs.is_first_of_statement then runs.balance_start end) over (
            partition by runs.journal_id, runs.run_number
        ), 0)
        + sum(runs.amount_posted)
            over (
                partition by runs.journal_id, runs.run_number
                order by runs.internal_index
                rows between unbounded preceding and current row
            )
        as {{ type_money() }}
    ) as running_balance,
    runs.is_reconciled,
    runs.is_first_of_statement,
    runs.date,
    runs.created_at
from runs
left join {{ ref('stg_odoo__currencies') }} as currencies
    on runs.currency_id = currencies.currency_id
