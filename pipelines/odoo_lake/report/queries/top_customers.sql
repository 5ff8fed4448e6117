with latest as (
    select date_trunc('month', max(as_of_date)) as month
    from gold.company_scorecard
),

sales as (
    select
        by_customer.company_id,
        by_customer.customer_id,
        sum(by_customer.amount_ordered) as amount_ordered,
        sum(by_customer.amount_invoiced) as amount_invoiced
    from gold.sales_by_customer as by_customer
    cross join latest
    where by_customer.month > latest.month - interval 12 month
    group by by_customer.company_id, by_customer.customer_id
)

select
    sales.company_id,
    coalesce(customers.customer_name, 'no customer') as customer_name,
    sales.amount_ordered,
    sales.amount_invoiced
from sales
left join silver.dim_customer as customers
    on sales.customer_id = customers.customer_id
qualify row_number() over (partition by sales.company_id order by sales.amount_invoiced desc, sales.customer_id) <= 10
order by sales.company_id, sales.amount_invoiced desc, sales.customer_id
