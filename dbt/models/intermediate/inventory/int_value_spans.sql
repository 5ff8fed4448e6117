{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

with layers as (
    select
        company_id,
        product_id,
        {{ business_date('created_at') }} as created_on,
        sum(value) as value
    from {{ ref('stg_odoo__valuation_layers') }}
    group by company_id, product_id, {{ business_date('created_at') }}
)

select
    company_id,
    product_id,
    cast(sum(value) over (partition by company_id, product_id order by created_on) as {{ type_money() }}) as value,
    created_on as valid_from,
    lead(created_on, 1, {{ end_of_time() }}) over (
        partition by company_id, product_id order by created_on
    ) as valid_until
from layers
