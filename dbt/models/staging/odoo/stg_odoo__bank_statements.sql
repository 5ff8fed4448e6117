with newest as (
    {{ newest_rows('account_bank_statement') }}
)

select
    id as statement_id,
    company_id,
    journal_id,
    name as statement_name,
    first_line_index,
    cast(balance_start as {{ type_money() }}) as balance_start,
    cast(balance_end_real as {{ type_money() }}) as balance_end,
    coalesce(is_complete, false) as is_complete,
    date
from newest
