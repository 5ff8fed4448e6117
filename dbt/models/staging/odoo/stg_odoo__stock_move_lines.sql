{%- set columns = bronze_columns('stock_move_line') -%}

with newest as (
    {{ newest_rows('stock_move_line') }}
)

select
    newest.id as move_line_id,
    newest.move_id,
    newest.company_id,
    newest.product_id,
    newest.location_id,
    newest.location_dest_id,
    newest.lot_id,
    newest.package_id,
    newest.result_package_id,
    newest.owner_id,
    newest.state,
    {% if 'quantity_product_uom' in columns -%}
    cast(newest.quantity_product_uom as {{ type_quantity() }}) as quantity,
    {%- else -%}
    {{ convert_quantity('newest.qty_done', 'conversions') }} as quantity,
    {%- endif %}
    {{ to_milliseconds('newest.date') }} as moved_at
from newest
{% if 'quantity_product_uom' not in columns -%}
left join {{ ref('stg_odoo__product_uoms') }} as products
    on newest.product_id = products.product_id
{{ join_uom_conversion('conversions', 'newest.product_uom_id', 'products.uom_id') }}
{% endif -%}
