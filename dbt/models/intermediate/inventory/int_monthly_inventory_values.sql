-- depends_on: {{ ref('int_value_spans') }}, {{ ref('snapshot_inventory') }}
{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

select
    stock.company_id,
    stock.product_id,
    months.month,
    sum(stock.value) as value
from {{ ref('int_inventory_months') }} as months
{% if values_stock_at_cost() -%}
inner join {{ ref('snapshot_inventory') }} as stock
    on months.valued_on = stock.snapshot_date
{%- else -%}
inner join {{ ref('int_value_spans') }} as stock
    on months.valued_on >= stock.valid_from and months.valued_on < stock.valid_until
{%- endif %}
where stock.value <> 0
group by stock.company_id, stock.product_id, months.month
