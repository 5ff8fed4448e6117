{%- set columns = bronze_columns('account_move') -%}

with newest as (
    {{ newest_rows('account_move') }}
)

select
    id as move_id,
    company_id,
    journal_id,
    partner_id,
    commercial_partner_id,
    currency_id,
    {{ optional(columns, 'team_id', 'integer') }} as sales_team_id,
    invoice_user_id as salesperson_user_id,
    reversed_entry_id as reversed_move_id,
    {{ first_of(columns, ['origin_payment_id', 'payment_id'], 'integer') }} as payment_id,
    statement_line_id,
    -- A draft has the name '/' up to 18 and none in 19.
    nullif(name, '/') as move_name,
    move_type,
    state,
    payment_state,
    invoice_origin,
    cast(amount_untaxed as {{ type_money() }}) as amount_untaxed_document,
    cast(amount_tax as {{ type_money() }}) as amount_tax_document,
    cast(amount_total as {{ type_money() }}) as amount_total_document,
    cast(amount_residual as {{ type_money() }}) as amount_residual_document,
    cast(amount_untaxed_signed as {{ type_money() }}) as amount_untaxed_signed,
    cast(amount_tax_signed as {{ type_money() }}) as amount_tax_signed,
    cast(amount_total_signed as {{ type_money() }}) as amount_total_signed,
    cast(amount_residual_signed as {{ type_money() }}) as amount_residual_signed,
    date,
    invoice_date,
    invoice_date_due as due_date,
    {{ to_milliseconds('create_date') }} as created_at,
    {{ to_milliseconds('_airbyte_extracted_at') }} as extracted_at
from newest
