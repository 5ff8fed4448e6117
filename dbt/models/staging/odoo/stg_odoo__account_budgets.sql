with newest as (
    {{ newest_rows('mis_budget_by_account') }}
)

select
    id as budget_id,
    company_id,
    name as budget_name,
    state,
    coalesce(active, true) as is_active,
    date_from,
    date_to
from newest
