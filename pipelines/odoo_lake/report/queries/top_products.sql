with latest as (
    select date_trunc('month', max(as_of_date)) as month
    from gold.company_scorecard
),

sales as (
    select
        by_product.company_id,
        by_product.product_id,
        sum(by_product.amount_invoiced) as amount_invoiced,
        sum(by_product.gross_margin) as gross_margin
    from gold.sales_by_product as by_product
    cross join latest
    where by_product.month > latest.month - interval 12 month
    group by by_product.company_id, by_product.product_id
)

select
    sales.company_id,
    coalesce('[' || products.product_code || '] ', '') || coalesce(products.product_name, 'no product') as product_name,
    sales.amount_invoiced,
    sales.gross_margin
from sales
left join silver.dim_product as products
    on sales.product_id = products.product_id
qualify row_number() over (partition by sales.company_id order by sales.amount_invoiced desc, sales.product_id) <= 10
order by sales.company_id, sales.amount_invoiced desc, sales.product_id
