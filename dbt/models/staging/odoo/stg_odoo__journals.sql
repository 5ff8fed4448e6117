with newest as (
    {{ newest_rows('account_journal') }}
)

select
    id as journal_id,
    company_id,
    currency_id,
    default_account_id,
    suspense_account_id,
    code as journal_code,
    {{ translated('name') }} as journal_name,
    type as journal_type,
    coalesce(active, true) as is_active,
    {{ to_milliseconds('create_date') }} as created_at
from newest
