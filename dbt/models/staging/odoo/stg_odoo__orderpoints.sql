{%- set columns = bronze_columns('stock_warehouse_orderpoint') -%}

with newest as (
    {{ newest_rows('stock_warehouse_orderpoint', overwritten=true) }}
)

select
    newest.id as orderpoint_id,
    newest.company_id,
    newest.warehouse_id,
    newest.location_id,
    newest.product_id,
    newest.trigger,
    cast(newest.product_min_qty as {{ type_quantity() }}) as min_quantity,
    cast(newest.product_max_qty as {{ type_quantity() }}) as max_quantity,
    {% if 'qty_multiple' in columns -%}
    cast(newest.qty_multiple as {{ type_quantity() }}) as quantity_multiple,
    {%- else -%}
    -- From 19 on it is one of a unit of measure.
    case when newest.replenishment_uom_id is not null then {{ convert_quantity('1', 'conversions') }} end
        as quantity_multiple,
    {%- endif %}
    coalesce(newest.active, false) as is_active,
    newest.snoozed_until
from newest
{% if 'qty_multiple' not in columns -%}
left join {{ ref('stg_odoo__product_uoms') }} as products
    on newest.product_id = products.product_id
{{ join_uom_conversion('conversions', 'newest.replenishment_uom_id', 'products.uom_id') }}
{% endif -%}
