-- What a move is made of: quantities per lot and package, done or reserved.
create table stock_move_item as
with taken as (
    select
        if(outflow_item.kind = 'ship' and shipment.two_steps, 'pick', outflow_item.kind) as kind, outflow_item.ref_id,
        outflow_item.lot_id, outflow_item.package_id, outflow_item.quantity
    from outflow_item
    left join shipment_line on shipment_line.id = if(outflow_item.kind = 'ship', outflow_item.ref_id, null)
    left join shipment on shipment.id = shipment_line.shipment_id
    where outflow_item.kind <> 'transfer'
    union all
    select
        listed.kind, outflow_item.ref_id, outflow_item.lot_id,
        if(listed.kind = 'transfer_in', null, outflow_item.package_id), outflow_item.quantity
    from outflow_item
    cross join (values ('transfer_out'), ('transfer_in')) as listed (kind)
    where outflow_item.kind = 'transfer'
    union all
    -- From the output on a package is open.
    select 'ship', outflow_item.ref_id, outflow_item.lot_id, null, sum(outflow_item.quantity)
    from outflow_item
    inner join shipment_line on shipment_line.id = outflow_item.ref_id
    inner join shipment on shipment.id = shipment_line.shipment_id
    where outflow_item.kind = 'ship' and shipment.two_steps
    group by outflow_item.ref_id, outflow_item.lot_id
    union all
    select
        if(shipment.two_steps, 'pick', 'ship'), reservation.shipment_line_id, reservation.lot_id,
        reservation.package_id, reservation.quantity
    from reservation
    inner join shipment_line on shipment_line.id = reservation.shipment_line_id
    inner join shipment on shipment.id = shipment_line.shipment_id
    union all
    select 'return', id, lot_id, null, quantity from customer_return
),
brought as (
    select
        'receipt' as kind, receipt_line.id as ref_id, batch_item.lot_id, batch_item.package_id, receipt_line.quantity,
        null::integer as owner_id
    from receipt_line
    inner join receipt on receipt.id = receipt_line.receipt_id and receipt.state = 'done' and not receipt.is_dropship
    inner join batch_item
        on batch_item.warehouse_id = receipt_line.warehouse_id
        and batch_item.product_id = receipt_line.product_id
        and batch_item.batch_no = receipt_line.batch_no
    union all
    select 'opening', pair_no, lot_id, package_id, batch_size, null
    from supply_batch
    inner join batch_item using (warehouse_id, product_id, batch_no, pair_no)
    where is_opening
    union all
    select 'consignment', id, null, null, quantity, owner_id from consignment
),
every_item as (
    select kind, ref_id, lot_id, package_id, null::integer as result_package_id, null::integer as owner_id, quantity
    from taken
    union all
    select kind, ref_id, lot_id, null, package_id, owner_id, quantity from brought
),
joined as (
    select
        stock_move.id as move_id, every_item.lot_id, every_item.package_id, every_item.result_package_id,
        every_item.owner_id, every_item.quantity
    from every_item
    inner join stock_move on stock_move.kind = every_item.kind and stock_move.ref_id = every_item.ref_id
    where stock_move.state <> 'cancel'
    union all
    -- Goods that are not kept in stock, drop shipments, found goods, and receipts to come have neither lot nor
    -- package.
    select stock_move.id, null, null, null, null, stock_move.moved
    from stock_move
    left join shipment_line on shipment_line.id = if(stock_move.kind in ('ship', 'pick'), stock_move.ref_id, null)
    left join shipment on shipment.id = shipment_line.shipment_id
    where stock_move.moved > 0
        and (
            not stock_move.is_storable
                or shipment.is_dropship
                or stock_move.kind = 'gain'
                or (stock_move.kind = 'receipt' and stock_move.state = 'assigned')
        )
)
select
    row_number() over (
        order by move_id, lot_id nulls first, package_id nulls first, result_package_id nulls first,
        owner_id nulls first, quantity
    )::integer as id,
    *
from joined;

-- Stock by product, location, lot, package and owner, as done movements left it.
create table quant as
with ends as (
    select
        stock_move.product_id, stock_move.location_dest_id as location_id, item.lot_id,
        item.result_package_id as package_id, item.owner_id,
        item.quantity, 0 as reserved, stock_move.done_at
    from stock_move_item as item
    inner join stock_move on stock_move.id = item.move_id
    where stock_move.state = 'done' and stock_move.is_storable
    union all
    select
        stock_move.product_id, stock_move.location_id, item.lot_id, item.package_id, item.owner_id,
        if(stock_move.state = 'done', -item.quantity, 0), if(stock_move.state = 'done', 0, item.quantity),
        stock_move.done_at
    from stock_move_item as item
    inner join stock_move on stock_move.id = item.move_id
    where stock_move.is_storable and (stock_move.state = 'done' or stock_move.location_id > 6)
),
summed as (
    select
        product_id, location_id, lot_id, package_id, owner_id,
        sum(quantity)::decimal(18, 3) as quantity,
        sum(reserved)::decimal(18, 3) as reserved,
        min(done_at) filter (quantity > 0) as arrived_at,
        max(done_at) as changed_at
    from ends
    group by all
)
select
    row_number() over (
        order by product_id,
        location_id, lot_id nulls first, package_id nulls first, owner_id nulls first
    )::integer as id,
    *
from summed
where quantity <> 0 or reserved <> 0;
