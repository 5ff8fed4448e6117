with newest as (
    {{ newest_rows('account_account') }}
)

select
    id as account_id,
    account_type
from newest
