with newest as (
    {{ newest_rows('account_analytic_account') }}
)

select
    id as analytic_account_id,
    plan_id as analytic_plan_id,
    company_id,
    partner_id,
    code as analytic_account_code,
    {{ translated('name') }} as analytic_account_name,
    coalesce(active, true) as is_active
from newest
