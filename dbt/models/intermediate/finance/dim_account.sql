with accounts as (
    select * from {{ ref('stg_odoo__accounts') }}
),

types as (
    select * from {{ ref('account_types') }}
),

overrides as (
    select * from {{ ref('account_section_overrides') }}
),

-- A branch posts on the accounts of the companies above it.
permitted as (
    select distinct
        owners.account_id,
        ancestors.company_id
    from {{ ref('stg_odoo__account_companies') }} as owners
    inner join {{ ref('stg_odoo__company_ancestors') }} as ancestors
        on owners.company_id = ancestors.ancestor_company_id
),

referred as (
    select distinct
        account_id,
        company_id
    from {{ ref('fact_journal_entry') }}
    union
    select
        account_id,
        company_id
    from {{ ref('stg_odoo__account_budget_items') }}
    where account_id is not null and company_id is not null
),

pairs as (
    select
        coalesce(permitted.account_id, referred.account_id) as account_id,
        coalesce(permitted.company_id, referred.company_id) as company_id,
        permitted.account_id is not null as is_permitted
    from permitted
    full outer join referred
        on
            permitted.account_id = referred.account_id
            and permitted.company_id = referred.company_id
),

cash_journals as (
    select distinct default_account_id as account_id
    from {{ ref('stg_odoo__journals') }}
    where default_account_id is not null and {{ is_one_of('journal_type', var('cash_journal_types')) }}
),

described as (
    select
        pairs.account_id,
        pairs.company_id,
        accounts.currency_id,
        {{ account_code('accounts', 'companies.root_company_id') }} as account_code,
        accounts.account_name,
        accounts.account_type,
        coalesce(types.internal_group, split_part(accounts.account_type, '_', 1)) as internal_group,
        -- A type that Odoo adds later still counts in the result.
        coalesce(types.pnl_section, case
            when accounts.account_type like 'income%' then 'other_income'
            when accounts.account_type like 'expense%' then 'other_expenses'
        end) as section_of_type,
        cash_journals.account_id is not null
        or {{ is_one_of('accounts.account_type', var('cash_account_types')) }} as is_cash,
        coalesce(accounts.is_reconcilable, false) as is_reconcilable,
        coalesce(accounts.is_non_trade, false) as is_non_trade,
        coalesce(accounts.is_active, false) as is_active,
        not pairs.is_permitted as is_missing
    from pairs
    left join accounts
        on pairs.account_id = accounts.account_id
    left join {{ ref('stg_odoo__companies') }} as companies
        on pairs.company_id = companies.company_id
    left join types
        on accounts.account_type = types.account_type
    left join cash_journals
        on pairs.account_id = cash_journals.account_id
)

select
    described.account_id,
    described.company_id,
    described.currency_id,
    described.account_code,
    described.account_name,
    described.account_type,
    described.internal_group,
    case
        when described.internal_group in ('income', 'expense')
            then coalesce(own_overrides.pnl_section, shared_overrides.pnl_section, described.section_of_type)
    end as pnl_section,
    described.is_cash,
    described.is_reconcilable,
    described.is_non_trade,
    described.is_active,
    described.is_missing
from described
left join overrides as own_overrides
    on
        described.account_code = own_overrides.account_code
        and described.company_id = own_overrides.company_id
left join overrides as shared_overrides
    on
        described.account_code = shared_overrides.account_code
        and shared_overrides.company_id is null
