{%- set columns = bronze_columns('account_partial_reconcile') -%}

with newest as (
    {{ newest_rows('account_partial_reconcile') }}
)

select
    id as partial_reconcile_id,
    debit_move_id as debit_line_id,
    credit_move_id as credit_line_id,
    company_id,
    {{ optional(columns, 'exchange_move_id', 'integer') }} as exchange_move_id,
    cast(amount as {{ type_money() }}) as amount,
    max_date as matched_date,
    {{ to_milliseconds('create_date') }} as created_at
from newest
