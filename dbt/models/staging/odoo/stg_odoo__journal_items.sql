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
    company_currency_id,
    product_uom_id as uom_id,
    tax_line_id,
    payment_id,
    statement_line_id,
    {{ optional(columns, 'purchase_line_id', 'integer') }} as purchase_order_line_id,
    full_reconcile_id,
    nullif(move_name, '/') as move_name,
    parent_state as state,
    display_type,
    cast(quantity as {{ type_quantity() }}) as quantity,
    cast(price_subtotal as {{ type_money() }}) as price_subtotal_document,
    cast(price_total as {{ type_money() }}) as price_total_document,
    cast(debit as {{ type_money() }}) as debit,
    cast(credit as {{ type_money() }}) as credit,
    cast(balance as {{ type_money() }}) as balance,
    cast(amount_currency as {{ type_money() }}) as amount_currency,
    cast(amount_residual as {{ type_money() }}) as amount_residual,
    cast(amount_residual_currency as {{ type_money() }}) as amount_residual_currency,
    coalesce(reconciled, false) as is_reconciled,
    {{ optional(columns, 'is_downpayment', 'boolean') }} as is_downpayment,
    date,
    {{ optional(columns, 'invoice_date', 'date') }} as invoice_date,
    date_maturity,
    {{ to_milliseconds('create_date') }} as created_at,
    {{ to_milliseconds('_airbyte_extracted_at') }} as extracted_at
from newest
