{%- set columns = bronze_columns('account_move_line') -%}

with newest as (
    {{ newest_rows('account_move_line') }}
)

select
    id as line_id,
    move_id,
    company_id,
    journal_id,
    account_id,
    partner_id,
    product_id,
    currency_id,
    parent_state as state,
    display_type,
    cast(debit as {{ type_money() }}) as debit,
    cast(credit as {{ type_money() }}) as credit,
    cast(balance as {{ type_money() }}) as balance,
    cast(amount_currency as {{ type_money() }}) as amount_currency,
    cast(amount_residual as {{ type_money() }}) as amount_residual,
    {{ optional(columns, 'invoice_date', 'date') }} as invoice_date,
    date_maturity,
    date
from newest
