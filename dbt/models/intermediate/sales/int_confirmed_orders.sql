{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

with orders as (
    select * from {{ ref('int_sales_orders') }}
    where is_confirmed and order_date <= {{ as_of_date() }}
),

amounts as (
    select
        order_id,
        sum(amount_untaxed) as amount_untaxed
    from {{ ref('fact_sales_order') }}
    group by order_id
)

select
    orders.order_id,
    orders.company_id,
    orders.customer_id,
    coalesce(amounts.amount_untaxed, 0) as amount_untaxed,
    orders.order_date,
    {{ month_start('orders.order_date') }} as month
from orders
left join amounts
    on orders.order_id = amounts.order_id
