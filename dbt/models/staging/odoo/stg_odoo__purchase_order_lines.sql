{%- set columns = bronze_columns('purchase_order_line') -%}

with newest as (
    {{ newest_rows('purchase_order_line') }}
)

select
    id as order_line_id,
    order_id,
    product_id,
    {{ first_of(columns, ['product_uom_id', 'product_uom'], 'integer') }} as uom_id,
    display_type,
    cast(product_qty as {{ type_quantity() }}) as uom_quantity,
    cast(qty_received as {{ type_quantity() }}) as uom_quantity_received,
    cast(qty_invoiced as {{ type_quantity() }}) as uom_quantity_invoiced,
    cast(price_subtotal as {{ type_money() }}) as amount_untaxed_document,
    {{ to_milliseconds('date_planned') }} as planned_at
from newest
