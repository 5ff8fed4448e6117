with orders as (
    select * from {{ ref('int_confirmed_orders') }}
),

companies as (
    select * from {{ ref('int_company_currencies') }}
)

select
    orders.company_id,
    companies.currency_code,
    count(*) as orders,
    count(distinct orders.customer_id) as customers,
    cast(sum(orders.amount_untaxed) as {{ type_money() }}) as amount_untaxed,
    {{ divide('sum(orders.amount_untaxed)', 'count(*)', type_money()) }} as average_order_value,
    orders.order_date as date
from orders
left join companies
    on orders.company_id = companies.company_id
group by orders.company_id, companies.currency_code, orders.order_date
