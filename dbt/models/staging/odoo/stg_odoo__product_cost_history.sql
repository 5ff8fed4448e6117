{%- set is_on_the_product = 'standard_price' in bronze_columns('product_product') -%}

with companies as (
    select company_id from {{ ref('stg_odoo__companies') }}
),

versions as (
    {{ daily_versions('product_product', ['standard_price'] if is_on_the_product else []) }}
),

defaults as (
    select
        company_id,
        cast(value as double) as cost
    from {{ ref('stg_odoo__property_defaults') }}
    where model = 'product.product' and property = 'standard_price'
),

common as (
    select max(cost) as cost from defaults
    where company_id is null
)

select
    versions.id as product_id,
    companies.company_id,
    cast(coalesce(
        {{ company_value('versions.standard_price', 'companies.company_id', 'double') if is_on_the_product
            else 'cast(null as double)' }},
        defaults.cost,
        common.cost,
        0
    ) as {{ type_money() }}) as standard_price,
    versions.valid_from,
    versions.valid_until
from versions
cross join companies
cross join common
left join defaults
    on companies.company_id = defaults.company_id
{%- if not is_on_the_product %}
-- Up to 17 stock is worth its valuation layers, whatever the cost.
where false
{%- endif %}
