with links as (
    {{ newest_rows('account_account_res_company_rel', ['account_account_id', 'res_company_id']) }}
)

select
    account_account_id as account_id,
    res_company_id as company_id
from links
union all
-- Up to 17 the account itself names its company.
select
    account_id,
    company_id
from {{ ref('stg_odoo__accounts') }}
where company_id is not null
