{%- set columns = bronze_columns('sale_order_line') -%}

with newest as (
    {{ newest_rows('sale_order_line', overwritten=true) }}
)

select
    id as order_line_id,
    order_id,
    product_id,
    {{ first_of(columns, ['product_uom_id', 'product_uom'], 'integer') }} as uom_id,
    display_type,
    qty_delivered_method as delivery_method,
    cast(product_uom_qty as {{ type_quantity() }}) as uom_quantity,
    cast(qty_delivered as {{ type_quantity() }}) as uom_quantity_delivered,
    cast(qty_invoiced as {{ type_quantity() }}) as uom_quantity_invoiced,
    cast(price_subtotal as {{ type_money() }}) as amount_untaxed_document,
    {{ optional(columns, 'margin', type_money()) }} as margin_document,
    coalesce(is_downpayment, false) as is_downpayment,
    coalesce({{ optional(columns, 'is_delivery', 'boolean') }}, false) as is_delivery_charge
from newest
