{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

-- Receivables and payables that are open on a day, worked out from the matches made until then: what Odoo stores on an
-- item is the residual of today.
with matches as (
    select
        debit_line_id as line_id,
        -amount as amount
    from {{ ref('stg_odoo__partial_reconciles') }}
    where matched_date <= {{ as_of_date() }}
    union all
    select
        credit_line_id as line_id,
        amount
    from {{ ref('stg_odoo__partial_reconciles') }}
    where matched_date <= {{ as_of_date() }}
),

matched as (
    select
        line_id,
        sum(amount) as amount
    from matches
    group by line_id
),

items as (
    select
        items.*,
        items.balance + coalesce(matched.amount, 0) as residual
    from {{ ref('fact_journal_entry') }} as items
    left join matched
        on items.line_id = matched.line_id
    where
        items.is_posted
        and items.date <= {{ as_of_date() }}
        and items.account_type in ('asset_receivable', 'liability_payable')
)

select
    items.line_id,
    items.move_id,
    items.company_id,
    items.account_id,
    coalesce(partners.commercial_partner_id, items.partner_id) as partner_id,
    items.account_type,
    cast(items.residual as {{ type_money() }}) as residual,
    {{ days_between('items.due_date', as_of_date()) }} as days_overdue,
    items.due_date
from items
left join {{ ref('stg_odoo__partners') }} as partners
    on items.partner_id = partners.partner_id
{% if not var('include_non_trade') %}
inner join {{ ref('dim_account') }} as accounts
    on
        items.account_id = accounts.account_id
        and items.company_id = accounts.company_id
        and not accounts.is_non_trade
{% endif %}
where items.residual <> 0
