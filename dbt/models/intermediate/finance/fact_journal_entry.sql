{{ config(
    materialized='incremental',
    unique_key='line_id',
    incremental_strategy='merge' if target.type == 'trino' else 'delete+insert',
    on_schema_change='fail',
    post_hook="{{ remove_journal_items(this) }}"
) }}

with accounts as (
    select * from {{ ref('stg_odoo__accounts') }}
),

companies as (
    select * from {{ ref('stg_odoo__companies') }}
),

currencies as (
    select * from {{ ref('stg_odoo__currencies') }}
),

all_items as (
    select * from {{ ref('stg_odoo__journal_items') }}
    where account_id is not null
),

{% if is_incremental() %}
{{ changed_journal_items(this) }},

items as (
    select all_items.*
    from all_items
    inner join changed_lines
        on all_items.line_id = changed_lines.line_id
),
{% else %}
items as (
    select * from all_items
),
{% endif %}

-- Worked out once per company, not once per item; every other join is to a few rows too.
account_codes as (
    select
        accounts.account_id,
        companies.company_id,
        {{ account_code('accounts', 'companies.root_company_id') }} as account_code
    from accounts
    cross join companies
)

select
    items.line_id,
    items.move_id,
    items.company_id,
    items.journal_id,
    items.account_id,
    items.partner_id,
    items.product_id,
    items.payment_id,
    items.statement_line_id,
    items.currency_id,
    items.company_currency_id,
    items.move_name,
    moves.move_type,
    items.state,
    items.display_type,
    account_codes.account_code,
    accounts.account_type,
    currencies.currency_code,
    items.quantity,
    items.debit,
    items.credit,
    items.balance,
    items.amount_currency,
    items.amount_residual,
    items.amount_residual_currency,
    coalesce(items.state = 'posted', false) as is_posted,
    items.is_reconciled,
    items.date,
    moves.invoice_date,
    coalesce(items.date_maturity, items.date) as due_date,
    greatest(items.extracted_at, coalesce(moves.extracted_at, items.extracted_at)) as extracted_at
from items
left join {{ ref('stg_odoo__moves') }} as moves
    on items.move_id = moves.move_id
left join accounts
    on items.account_id = accounts.account_id
left join account_codes
    on
        items.account_id = account_codes.account_id
        and items.company_id = account_codes.company_id
left join currencies
    on items.currency_id = currencies.currency_id
