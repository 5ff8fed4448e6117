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

-- Every version of the items is read: that is quicker than telling which is the newest, and names no fewer accounts.
pairs as (
    select distinct
        account_id,
        company_id
    from {{ source('odoo', 'account_move_line') }}
),

account_details as (
    select
        pairs.account_id,
        pairs.company_id,
        {{ account_code('accounts', 'companies.root_company_id') }} as account_code,
        accounts.account_type
    from pairs
    inner join accounts
        on pairs.account_id = accounts.account_id
    left join companies
        on pairs.company_id = companies.company_id
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
    account_details.account_code,
    account_details.account_type,
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
left join account_details
    on
        items.account_id = account_details.account_id
        and items.company_id = account_details.company_id
left join currencies
    on items.currency_id = currencies.currency_id
