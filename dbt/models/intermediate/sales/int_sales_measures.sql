{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

with confirmed_orders as (
    select * from {{ ref('int_confirmed_orders') }}
),

-- A customer is new in the month of the first order with that company.
new_customers as (
    select
        company_id,
        customer_id,
        min(month) as month
    from confirmed_orders
    group by company_id, customer_id
),

quotations as (
    select
        *,
        {{ month_start('created_on') }} as month
    from {{ ref('int_sales_orders') }}
    where created_on <= {{ as_of_date() }}
),

opportunities as (
    select
        *,
        {{ business_date('closed_at') }} as closed_on
    from {{ ref('stg_odoo__leads') }}
    where lead_type = 'opportunity' and (is_won or is_lost)
),

closed_opportunities as (
    select
        *,
        {{ month_start('closed_on') }} as month
    from opportunities
    where closed_on <= {{ as_of_date() }}
)

select
    company_id,
    month,
    'amount_ordered' as measure,
    amount_untaxed as value
from confirmed_orders
union all
select
    company_id,
    month,
    'orders' as measure,
    1 as value
from confirmed_orders
union all
select
    company_id,
    month,
    'amount_invoiced' as measure,
    amount_untaxed_signed as value
from {{ ref('int_posted_invoice_lines') }}
union all
select
    company_id,
    month,
    'new_customers' as measure,
    1 as value
from new_customers
union all
select
    company_id,
    month,
    'quotations' as measure,
    1 as value
from quotations
union all
select
    company_id,
    month,
    'confirmed_quotations' as measure,
    1 as value
from quotations
where is_confirmed
union all
select
    company_id,
    month,
    'closed_opportunities' as measure,
    1 as value
from closed_opportunities
union all
select
    company_id,
    month,
    'won_opportunities' as measure,
    1 as value
from closed_opportunities
where is_won
