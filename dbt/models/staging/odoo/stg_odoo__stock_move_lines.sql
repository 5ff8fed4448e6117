{%- set columns = bronze_columns('stock_move_line') -%}

with newest as (
    {{ newest_rows('stock_move_line') }}
){% if 'quantity_product_uom' not in columns %},

products as (
    select * from {{ ref('stg_odoo__product_uoms') }}
),

uoms as (
    select * from {{ ref('stg_odoo__uoms') }}
){% endif %}

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
    {{ convert_quantity(
        'newest.qty_done', 'newest.product_uom_id', 'products.uom_id', 'uoms.reference_quantity', 'products.uom_reference_quantity'
    ) }} as quantity,
    {%- endif %}
    {{ to_milliseconds('newest.date') }} as moved_at
from newest
{% if 'quantity_product_uom' not in columns -%}
left join products
    on newest.product_id = products.product_id
left join uoms
    on newest.product_uom_id = uoms.uom_id
{% endif -%}
