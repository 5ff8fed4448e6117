with partners as (
    select * from {{ ref('stg_odoo__partners') }}
),

countries as (
    select * from {{ ref('stg_odoo__countries') }}
),

industries as (
    select * from {{ ref('stg_odoo__industries') }}
),

orders as (
    select * from {{ ref('int_sales_orders') }}
),

first_orders as (
    select
        customer_id,
        min(order_date) as first_order_date
    from orders
    where is_confirmed
    group by customer_id
),

leads as (
    select distinct partner_id from {{ ref('stg_odoo__leads') }}
),

every_customer as (
    select commercial_partner_id as customer_id from partners
    where customer_rank > 0
    union
    select customer_id from orders
    union
    select customer_id from {{ ref('fact_invoice') }}
    union
    select coalesce(partners.commercial_partner_id, leads.partner_id) as customer_id
    from leads
    left join partners
        on leads.partner_id = partners.partner_id
)

select
    every_customer.customer_id,
    partners.company_id,
    partners.partner_name as customer_name,
    countries.country_code,
    partners.city,
    industries.industry_name as industry,
    coalesce(partners.is_company, false) as is_company,
    coalesce(partners.is_active, false) as is_active,
    partners.partner_id is null as is_missing,
    first_orders.first_order_date
from every_customer
left join partners
    on every_customer.customer_id = partners.partner_id
left join countries
    on partners.country_id = countries.country_id
left join industries
    on partners.industry_id = industries.industry_id
left join first_orders
    on every_customer.customer_id = first_orders.customer_id
where every_customer.customer_id is not null
