with partners as (
    select * from {{ ref('stg_odoo__partners') }}
),

countries as (
    select * from {{ ref('stg_odoo__countries') }}
),

billing as (
    select distinct partner_id from {{ ref('stg_odoo__moves') }}
    where move_type in ('in_invoice', 'in_refund', 'in_receipt')
),

every_vendor as (
    select commercial_partner_id as vendor_id from partners
    where supplier_rank > 0
    union
    select vendor_id from {{ ref('int_purchase_orders') }}
    union
    select vendor_id from {{ ref('fact_receipt') }}
    union
    select coalesce(partners.commercial_partner_id, billing.partner_id) as vendor_id
    from billing
    left join partners
        on billing.partner_id = partners.partner_id
)

select
    every_vendor.vendor_id,
    partners.company_id,
    partners.partner_name as vendor_name,
    countries.country_code,
    partners.city,
    coalesce(partners.is_company, false) as is_company,
    coalesce(partners.is_active, false) as is_active,
    partners.partner_id is null as is_missing
from every_vendor
left join partners
    on every_vendor.vendor_id = partners.partner_id
left join countries
    on partners.country_id = countries.country_id
where every_vendor.vendor_id is not null
