select
    items.line_id,
    items.move_id,
    items.company_id,
    items.date,
    items.state = 'posted' as is_posted,
    accounts.account_type,
    items.balance
from {{ ref('stg_odoo__journal_items') }} as items
inner join {{ ref('stg_odoo__accounts') }} as accounts
    on items.account_id = accounts.account_id
