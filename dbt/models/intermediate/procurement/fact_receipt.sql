with moves as (
    select * from {{ ref('fact_stock_move') }}
    where state = 'done' and (source_usage = 'supplier' or destination_usage = 'supplier')
),

order_lines as (
    select * from {{ ref('fact_purchase_order') }}
),

pickings as (
    select * from {{ ref('stg_odoo__pickings') }}
),

partners as (
    select * from {{ ref('stg_odoo__partners') }}
),

receipts as (
    select
        moves.*,
        order_lines.order_id,
        order_lines.vendor_id,
        coalesce(moves.partner_id, pickings.partner_id) as delivering_partner_id,
        order_lines.planned_date,
        moves.source_usage <> 'supplier' as is_return
    from moves
    left join order_lines
        on moves.purchase_order_line_id = order_lines.order_line_id
    left join pickings
        on moves.picking_id = pickings.picking_id
)

select
    receipts.move_id,
    receipts.picking_id,
    receipts.purchase_order_line_id as order_line_id,
    receipts.order_id,
    receipts.company_id,
    coalesce(receipts.vendor_id, partners.commercial_partner_id, receipts.delivering_partner_id) as vendor_id,
    receipts.product_id,
    case when receipts.is_return then -receipts.quantity else receipts.quantity end as quantity,
    receipts.value,
    receipts.move_kind = 'dropship' as is_dropship,
    receipts.is_return,
    -- A return is neither on time nor late, and neither is what nobody planned.
    case when not receipts.is_return then receipts.moved_on <= receipts.planned_date end as is_on_time,
    receipts.planned_date,
    receipts.moved_on as received_on,
    receipts.moved_at as received_at
from receipts
left join partners
    on receipts.delivering_partner_id = partners.partner_id
