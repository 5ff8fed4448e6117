{%- set columns = bronze_columns('product_template') -%}

with newest as (
    {{ newest_rows('product_template') }}
)

select
    id as template_id,
    categ_id as category_id,
    uom_id,
    company_id,
    {{ translated('name') }} as template_name,
    default_code as product_code,
    {% if 'is_storable' in columns -%}
    type as product_type,
    {%- else -%}
    -- Up to 17 a storable product is a type of its own; from 18 on it is a good that is tracked.
    case when type = 'product' then 'consu' else type end as product_type,
    {%- endif %}
    {{ optional(columns, 'tracking', 'varchar') }} as tracking,
    {{ optional(columns, 'invoice_policy', 'varchar') }} as invoice_policy,
    cast(list_price as {{ type_money() }}) as list_price,
    {% if 'is_storable' in columns -%}
    coalesce(is_storable, false) as is_storable,
    {%- else -%}
    type = 'product' as is_storable,
    {%- endif %}
    coalesce(sale_ok, false) as is_sold,
    coalesce({{ optional(columns, 'purchase_ok', 'boolean') }}, false) as is_purchased,
    coalesce(active, false) as is_active,
    {{ to_milliseconds('create_date') }} as created_at
from newest
