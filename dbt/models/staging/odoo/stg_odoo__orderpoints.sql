{%- set columns = bronze_columns('stock_warehouse_orderpoint') -%}

with newest as (
    {{ newest_rows('stock_warehouse_orderpoint', overwritten=true) }}
),

products as (
    select * from {{ ref('stg_odoo__product_uoms') }}
),

uoms as (
    select * from {{ ref('stg_odoo__uoms') }}
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
    -- From 19 on the multiple is one of a unit of measure.
    cast(case when uoms.uom_id is not null then {{ convert_quantity(
        '1', 'uoms.uom_id', 'products.uom_id', 'uoms.reference_quantity', 'products.uom_reference_quantity'
    ) }} end as {{ type_quantity() }}) as quantity_multiple,
    {%- endif %}
    coalesce(newest.active, false) as is_active,
    newest.snoozed_until
from newest
left join products
    on newest.product_id = products.product_id
left join uoms
    on {{ 'newest.replenishment_uom_id' if 'replenishment_uom_id' in columns else 'null' }} = uoms.uom_id
