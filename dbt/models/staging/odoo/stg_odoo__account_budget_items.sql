with newest as (
    {{ newest_rows('mis_budget_by_account_item') }}
)

select
    id as budget_item_id,
    budget_id,
    company_id,
    account_id,
    cast(balance as {{ type_money() }}) as balance,
    date_from,
    date_to
from newest
