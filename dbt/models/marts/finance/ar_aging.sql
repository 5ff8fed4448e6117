with aged as (
    {{ ageing('asset_receivable', 1) }}
)

select
    aged.company_id,
    aged.partner_id,
    partners.partner_name,
    currencies.currency_code,
    aged.not_due,
    aged.days_1_30,
    aged.days_31_60,
    aged.days_61_90,
    aged.days_91_120,
    aged.days_over_120,
    aged.total,
    aged.open_items,
    {{ as_of_date() }} as as_of_date,
    aged.oldest_due_date
from aged
left join {{ ref('stg_odoo__partners') }} as partners
    on aged.partner_id = partners.partner_id
left join {{ ref('stg_odoo__companies') }} as companies
    on aged.company_id = companies.company_id
left join {{ ref('stg_odoo__currencies') }} as currencies
    on companies.currency_id = currencies.currency_id
