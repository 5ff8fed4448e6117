{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

select
    companies.company_id,
    companies.company_name,
    currencies.currency_code
from {{ ref('stg_odoo__companies') }} as companies
left join {{ ref('stg_odoo__currencies') }} as currencies
    on companies.currency_id = currencies.currency_id
