with invoiced as (
    select
        company_id,
        product_id,
        sum(quantity) as quantity_invoiced,
        sum(amount_untaxed_signed) as amount_invoiced,
        month
    from {{ ref('int_posted_invoice_lines') }}
    group by company_id, product_id, month
),

costs_of_goods as (
    select
        company_id,
        product_id,
        sum(cost) as cost,
        month
    from {{ ref('int_posted_costs_of_goods') }}
    group by company_id, product_id, month
),

product_costs as (
    select * from {{ ref('stg_odoo__product_costs') }}
),

companies as (
    select * from {{ ref('int_company_currencies') }}
)

select
    invoiced.company_id,
    invoiced.product_id,
    companies.currency_code,
    case
        when costs_of_goods.cost is not null then 'cogs'
        when product_costs.product_id is not null then 'standard_price'
        else 'none'
    end as cost_basis,
    cast(invoiced.quantity_invoiced as {{ type_quantity() }}) as quantity_invoiced,
    cast(invoiced.amount_invoiced as {{ type_money() }}) as amount_invoiced,
    cast(invoiced.amount_invoiced - coalesce(
        costs_of_goods.cost,
        {{ multiply('invoiced.quantity_invoiced', 'product_costs.standard_price', type_money()) }},
        0
    ) as {{ type_money() }}) as gross_margin,
    invoiced.month
from invoiced
left join costs_of_goods
    on
        invoiced.company_id = costs_of_goods.company_id
        and invoiced.product_id = costs_of_goods.product_id
        and invoiced.month = costs_of_goods.month
left join product_costs
    on
        invoiced.company_id = product_costs.company_id
        and invoiced.product_id = product_costs.product_id
left join companies
    on invoiced.company_id = companies.company_id
