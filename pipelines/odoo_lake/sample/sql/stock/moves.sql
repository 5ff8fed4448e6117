-- Stock moves, quantities in the product's unit. `quantity` is the demand; `moved` what was done, or is reserved
-- before.
create table stock_move as
with shipped as (
    select
        'ship' as kind, shipment_line.id as ref_id, 'ship' as picking_kind, shipment.id as picking_ref,
        shipment.company_id, shipment.warehouse_id, shipment_line.product_id, shipment_line.is_storable,
        shipment_line.quantity,
        shipment_line.move_units as units,
        shipment_line.sales_line_id,
        dropped.id as purchase_line_id,
        case
            when shipment.state <> 'open' then shipment.state
            when shipment.picked_at is not null or not shipment_line.is_storable or shipment.is_dropship
                then 'assigned'
            when shipment.two_steps then 'waiting'
            when coalesce(reserved.quantity, 0) = 0 then 'confirmed'
            when reserved.quantity < shipment_line.quantity then 'partially_available'
            else 'assigned'
        end as state,
        case
            when shipment.state = 'done' then shipment_line.quantity
            when shipment.state = 'cancel' then 0
            when shipment.picked_at is not null or not shipment_line.is_storable then shipment_line.quantity
            when shipment.two_steps then 0
            else coalesce(reserved.quantity, 0)
        end as moved,
        null::integer as returned_ref, false as to_refund
    from shipment_line
    inner join shipment on shipment.id = shipment_line.shipment_id
    left join (
        select shipment_line_id, sum(quantity) as quantity from reservation group by shipment_line_id
    ) as reserved on reserved.shipment_line_id = shipment_line.id
    left join (select id, sales_line_id from purchase_line where sales_line_id is not null) as dropped
        on dropped.sales_line_id = if(shipment.is_dropship, shipment_line.sales_line_id, null)
    where not shipment.is_pushed_later
),
picked as (
    select
        'pick', shipment_line.id, 'pick', shipment.id, shipment.company_id, shipment.warehouse_id,
        shipment_line.product_id, shipment_line.is_storable, shipment_line.quantity, shipment_line.move_units,
        shipment_line.sales_line_id, null::integer,
        case
            when shipment.picked_at is not null then 'done'
            when shipment.state = 'cancel' then 'cancel'
            when not shipment_line.is_storable then 'assigned'
            when coalesce(reserved.quantity, 0) = 0 then 'confirmed'
            when reserved.quantity < shipment_line.quantity then 'partially_available'
            else 'assigned'
        end,
        case
            when shipment.state = 'cancel' then 0
            when shipment.picked_at is not null or not shipment_line.is_storable then shipment_line.quantity
            else coalesce(reserved.quantity, 0)
        end,
        null::integer, false
    from shipment_line
    inner join shipment on shipment.id = shipment_line.shipment_id
    left join (
        select shipment_line_id, sum(quantity) as quantity from reservation group by shipment_line_id
    ) as reserved on reserved.shipment_line_id = shipment_line.id
    where shipment.two_steps
),
received as (
    select
        'receipt', receipt_line.id, 'receipt', receipt.id, receipt.company_id, receipt.warehouse_id,
        receipt_line.product_id, true, receipt_line.quantity, 1, null::integer, receipt_line.purchase_line_id,
        if(receipt.state = 'open', 'assigned', 'done'), receipt_line.quantity, null::integer, false
    from receipt_line
    inner join receipt on receipt.id = receipt_line.receipt_id
    where not receipt.is_dropship
),
returned as (
    select
        'return', id, 'return', id, company_id, warehouse_id, product_id, true, quantity, 1, sales_line_id,
        null::integer, 'done', quantity, shipment_line_id, to_refund
    from customer_return
),
incidents as (
    select
        coalesce(listed.move_kind, outflow.kind) as kind, outflow.ref_id, coalesce(listed.move_kind, outflow.kind),
        outflow.ref_id, warehouse.company_id, if(listed.move_kind = 'transfer_in', 2, outflow.warehouse_id),
        outflow.product_id, true, outflow.quantity, 1, null::integer, vendor_return.purchase_line_id, 'done',
        outflow.quantity, vendor_return.receipt_line_id, vendor_return.id is not null
    from outflow_so_far as outflow
    inner join warehouse on warehouse.id = outflow.warehouse_id
    left join (
        values ('transfer', 'transfer_out'), ('transfer', 'transfer_in')
    ) as listed (outflow_kind, move_kind) on listed.outflow_kind = outflow.kind
    left join vendor_return on vendor_return.id = if(outflow.kind = 'vendor_return', outflow.ref_id, null)
    where outflow.kind <> 'ship'
),
counted as (
    select
        'opening' as kind, pair_no, null, null::bigint, company_id, warehouse_id, product_id, true, batch_size, 1,
        null::integer, null::integer, 'done', batch_size, null::integer, false
    from supply_batch
    where is_opening
    union all
    select
        'gain', stock_gain.id, null, null, warehouse.company_id, stock_gain.warehouse_id, stock_gain.product_id, true,
        stock_gain.quantity, 1, null, null, 'done', stock_gain.quantity, null, false
    from stock_gain
    inner join warehouse on warehouse.id = stock_gain.warehouse_id
    union all
    select
        'consignment', id, 'consignment', id, company_id, warehouse_id, product_id, true, quantity, 1, null, null,
        'done', quantity, null, false
    from consignment
),
every_move as (
    select * from shipped
    union all
    select * from picked
    union all
    select * from received
    union all
    select * from returned
    union all
    select * from incidents
    union all
    select * from counted
),
alone_at as (
    -- Moves without a transfer have a time of their own.
    select 'opening' as kind, pair_no as ref_id, wanted_at as done_at from supply_batch where is_opening
    union all
    select 'gain', id, happened_at from stock_gain
    union all
    select kind, ref_id, happened_at from outflow_so_far where kind in ('scrap', 'loss')
),
placed as (
    select
        every_move.* exclude (picking_kind, picking_ref),
        picking.id as picking_id,
        picking.type_no,
        coalesce(
            picking.location_id,
            case
                when every_move.kind in ('opening', 'gain') then adjustment_location(every_move.company_id)
                else warehouse.stock_id
            end
        ) as location_id,
        coalesce(picking.location_dest_id, case
            when every_move.kind in ('opening', 'gain') then warehouse.stock_id
            when every_move.kind = 'scrap' then scrap_location(every_move.company_id)
            else adjustment_location(every_move.company_id)
        end) as location_dest_id,
        case
            when picking.kind = 'transfer_in' and picking.state = 'open' then 'assigned'
            else every_move.state
        end as move_state,
        coalesce(picking.done_at, alone_at.done_at) as done_at,
        coalesce(picking.scheduled_at, alone_at.done_at) as scheduled_at,
        picking.deadline_at,
        picking.partner_id,
        picking.origin,
        coalesce(picking.created_at, recorded(every_move.kind, every_move.ref_id, alone_at.done_at)) as created_at
    from every_move
    inner join warehouse on warehouse.id = every_move.warehouse_id
    left join picking on picking.kind = every_move.picking_kind and picking.ref_id = every_move.picking_ref
    left join alone_at on alone_at.kind = every_move.kind and alone_at.ref_id = every_move.ref_id
)
select
    row_number() over (order by placed.created_at, placed.kind, placed.ref_id)::integer as id,
    placed.* exclude (state, move_state, quantity, moved),
    placed.move_state as state,
    placed.quantity::decimal(18, 3) as quantity,
    placed.moved::decimal(18, 3) as moved,
    product.uom_id as product_uom_id,
    case placed.units when 12 then 2 when 144 then 11 else product.uom_id end as uom_id,
    product.category_id
from placed
inner join product on product.id = placed.product_id;
