{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

-- Each pair of items moves the cost from stock to an expense; the expense side counts.
select
    items.line_id,
    items.company_id,
    items.product_id,
    items.balance as cost,
    {{ month_start('moves.invoice_date') }} as month
from {{ ref('stg_odoo__journal_items') }} as items
inner join {{ ref('stg_odoo__moves') }} as moves
    on items.move_id = moves.move_id
inner join {{ ref('stg_odoo__accounts') }} as accounts
    on items.account_id = accounts.account_id
where
    items.display_type = 'cogs'
    and items.state = 'posted'
    and moves.move_type in ('out_invoice', 'out_refund', 'out_receipt')
    and moves.invoice_date <= {{ as_of_date() }}
    and accounts.account_type like 'expense%'
