with newest as (
    {{ newest_rows('account_bank_statement_line') }}
)

select
    newest.id as statement_line_id,
    newest.move_id,
    newest.statement_id,
    moves.company_id,
    moves.journal_id,
    newest.partner_id,
    newest.currency_id,
    newest.foreign_currency_id,
    newest.internal_index,
    moves.state,
    cast(newest.amount as {{ type_money() }}) as amount_journal_currency,
    cast(newest.amount_currency as {{ type_money() }}) as amount_foreign_currency,
    coalesce(newest.is_reconciled, false) as is_reconciled,
    moves.date,
    {{ to_milliseconds('newest.create_date') }} as created_at
from newest
inner join {{ ref('stg_odoo__moves') }} as moves
    on newest.move_id = moves.move_id
