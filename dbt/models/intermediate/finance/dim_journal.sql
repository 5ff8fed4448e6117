with journals as (
    select * from {{ ref('stg_odoo__journals') }}
),

referred as (
    select journal_id from {{ ref('fact_journal_entry') }}
    union
    select journal_id from {{ ref('fact_payment') }}
    union
    select journal_id from {{ ref('fact_bank_statement') }}
),

ids as (
    select journal_id from journals
    union
    select journal_id from referred
    where journal_id is not null
)

select
    ids.journal_id,
    journals.company_id,
    coalesce(journals.currency_id, companies.currency_id) as currency_id,
    journals.default_account_id,
    journals.journal_code,
    journals.journal_name,
    journals.journal_type,
    currencies.currency_code,
    coalesce(journals.is_active, false) as is_active,
    journals.journal_id is null as is_missing
from ids
left join journals
    on ids.journal_id = journals.journal_id
left join {{ ref('stg_odoo__companies') }} as companies
    on journals.company_id = companies.company_id
left join {{ ref('stg_odoo__currencies') }} as currencies
    on coalesce(journals.currency_id, companies.currency_id) = currencies.currency_id
