with lines as (
    select * from {{ ref('stg_odoo__purchase_order_lines') }}
    where display_type is null
),

orders as (
    select * from {{ ref('int_purchase_orders') }}
),

products as (
    select * from {{ ref('stg_odoo__product_uoms') }}
),

uoms as (
    select * from {{ ref('stg_odoo__uoms') }}
)

select
    lines.order_line_id,
    lines.order_id,
    orders.company_id,
    orders.vendor_id,
    lines.product_id,
    orders.buyer_id,
    orders.order_name,
    orders.state,
    orders.invoice_status,
    orders.receipt_status,
    orders.currency_code,
    {{ line_quantity('lines.uom_quantity') }} as quantity,
    {{ line_quantity('lines.uom_quantity_received') }} as quantity_received,
    {{ line_quantity('lines.uom_quantity_invoiced') }} as quantity_invoiced,
    {{ order_amount('lines.amount_untaxed_document') }} as amount_untaxed,
    lines.amount_untaxed_document,
    orders.is_confirmed,
    orders.order_date,
    orders.approved_date,
    {{ business_date('lines.planned_at') }} as planned_date
from lines
inner join orders
    on lines.order_id = orders.order_id
left join products
    on lines.product_id = products.product_id
left join uoms
    on lines.uom_id = uoms.uom_id
