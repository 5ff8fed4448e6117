with lines as (
    select * from {{ ref('stg_odoo__sales_order_lines') }}
    where display_type is null
),

orders as (
    select * from {{ ref('int_sales_orders') }}
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
    orders.customer_id,
    lines.product_id,
    orders.team_id,
    orders.salesperson_id,
    orders.opportunity_id,
    orders.warehouse_id,
    orders.order_name,
    orders.state,
    orders.invoice_status,
    orders.delivery_status,
    lines.delivery_method,
    orders.currency_code,
    {{ line_quantity('lines.uom_quantity') }} as quantity,
    {{ line_quantity('lines.uom_quantity_delivered') }} as quantity_delivered,
    {{ line_quantity('lines.uom_quantity_invoiced') }} as quantity_invoiced,
    {{ order_amount('lines.amount_untaxed_document') }} as amount_untaxed,
    lines.amount_untaxed_document,
    {{ order_amount('lines.margin_document') }} as margin,
    orders.is_confirmed,
    lines.is_downpayment,
    lines.is_delivery_charge,
    orders.order_date,
    orders.created_on,
    orders.promised_on
from lines
inner join orders
    on lines.order_id = orders.order_id
left join products
    on lines.product_id = products.product_id
left join uoms
    on lines.uom_id = uoms.uom_id
