{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

with orders as (
    select
        *,
        {{ business_date('ordered_at') }} as order_date,
        {{ business_date('created_at') }} as created_on
    from {{ ref('stg_odoo__sales_orders') }}
),

companies as (
    select * from {{ ref('stg_odoo__companies') }}
),

dated as (
    select
        orders.*,
        companies.currency_id as company_currency_id,
        -- Only an order without a rate of its own is converted at the day's.
        case
            when coalesce(orders.currency_rate, 0) = 0 and orders.currency_id <> companies.currency_id
                then orders.currency_id
        end as unrated_currency_id
    from orders
    left join companies
        on orders.company_id = companies.company_id
),

partners as (
    select * from {{ ref('stg_odoo__partners') }}
),

currencies as (
    select * from {{ ref('stg_odoo__currencies') }}
)

select
    dated.order_id,
    dated.company_id,
    coalesce(partners.commercial_partner_id, dated.partner_id) as customer_id,
    coalesce(dated.currency_id, dated.company_currency_id) as currency_id,
    dated.company_currency_id,
    dated.team_id,
    dated.salesperson_id,
    dated.opportunity_id,
    dated.warehouse_id,
    dated.order_name,
    dated.state,
    dated.invoice_status,
    dated.delivery_status,
    currencies.currency_code,
    dated.currency_rate,
    document_rates.rate as document_day_rate,
    company_rates.rate as company_day_rate,
    dated.is_confirmed,
    dated.order_date,
    dated.created_on,
    {{ business_date('dated.promised_at') }} as promised_on
from dated
left join partners
    on dated.partner_id = partners.partner_id
left join currencies
    on coalesce(dated.currency_id, dated.company_currency_id) = currencies.currency_id
{{ join_currency_rate('document_rates', 'dated.company_id', 'dated.unrated_currency_id', 'dated.order_date') }}
{{ join_currency_rate(
    'company_rates',
    'dated.company_id',
    'case when dated.unrated_currency_id is not null then dated.company_currency_id end',
    'dated.order_date'
) }}
