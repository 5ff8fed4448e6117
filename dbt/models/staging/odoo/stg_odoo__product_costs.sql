-- depends_on: {{ ref('stg_odoo__property_defaults') }}
{%- set is_on_the_product = 'standard_price' in bronze_columns('product_product') -%}

-- Number 0 stands for all companies, or all products, without a value of their own.
with companies as (
    select company_id from {{ ref('stg_odoo__companies') }}
),

products as (
    {{ newest_rows('product_product') }}
),

{% if is_on_the_product -%}
own_costs as (
    select
        products.id as product_id,
        companies.company_id,
        {{ company_value('products.standard_price', 'companies.company_id', 'double') }} as cost
    from products
    cross join companies
),

costs as (
    select * from own_costs
    where cost is not null
    union all
    -- Odoo keeps no value that equals the default.
    select
        0 as product_id,
        coalesce(company_id, 0) as company_id,
        max(cast(value as double)) as cost
    from {{ ref('stg_odoo__property_defaults') }}
    where model = 'product.product' and property = 'standard_price'
    group by coalesce(company_id, 0)
),
{%- else -%}
properties as (
    {{ newest_rows('ir_property') }}
),

costs as (
    select
        coalesce(cast(split_part(res_id, ',', 2) as integer), 0) as product_id,
        coalesce(company_id, 0) as company_id,
        max(value_float) as cost
    from properties
    where name = 'standard_price' and (res_id is null or res_id like 'product.product,%')
    group by coalesce(cast(split_part(res_id, ',', 2) as integer), 0), coalesce(company_id, 0)
),
{%- endif %}

common as (
    select max(cost) as cost from costs
    where product_id = 0 and company_id = 0
)

select
    products.id as product_id,
    companies.company_id,
    cast(coalesce(own.cost, shared.cost, defaults.cost, common.cost, 0) as {{ type_money() }}) as standard_price
from products
cross join companies
cross join common
left join costs as own
    on products.id = own.product_id and companies.company_id = own.company_id
left join costs as shared
    on products.id = shared.product_id and shared.company_id = 0
left join costs as defaults
    on companies.company_id = defaults.company_id and defaults.product_id = 0
