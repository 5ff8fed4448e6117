-- Warehouses, transfers, moves, stock and its value in Odoo's columns.
create view odoo.stock_warehouse as
select
    id, name, code, company_id, view_id as view_location_id, stock_id as lot_stock_id,
    input_id as wh_input_stock_loc_id, output_id as wh_output_stock_loc_id,
    'one_step' as reception_steps, if(two_steps, 'pick_ship', 'ship_only') as delivery_steps,
    'mrp_one_step' as manufacture_steps,
    picking_type(id, 1) as in_type_id, picking_type(id, 2) as out_type_id, picking_type(id, 3) as int_type_id,
    picking_type(id, 4) as pick_type_id,
    case company_id when 1 then 1 when 2 then 6 else 7 end as partner_id
from warehouse;

create view odoo.stock_location as
with recursive path as (
    select location.*, id || '/' as parent_path, name as complete_name from location where location_id is null
    union all
    select
        child.*, path.parent_path || child.id || '/',
        if(
            path.usage = 'view'
                and path.location_id is null
                and child.usage <> 'inventory'
                and child.warehouse_id is not null,
            child.name, path.complete_name || '/' || child.name
        )
    from location as child
    inner join path on path.id = child.location_id
)
select
    id, name, complete_name, usage, location_id, parent_path, warehouse_id, company_id,
    name = 'Scrap' as scrap_location, name = 'Stock' as replenish_location,
    name not in ('Input') as active
from path
order by id;

create view odoo.stock_picking_type as
select
    picking_type(warehouse.id, listed.no) as id, listed.name,
    if(listed.no = 6 and getvariable('odoo_version') >= 17, 'dropship', listed.code) as code, listed.sequence_code,
    warehouse.id as warehouse_id, warehouse.company_id,
    coalesce(
        listed.source_id, if(listed.no = 2 and warehouse.two_steps, warehouse.output_id, warehouse.stock_id)
    ) as default_location_src_id,
    coalesce(
        listed.target_id, if(listed.no = 4, warehouse.output_id, warehouse.stock_id)
    ) as default_location_dest_id,
    'direct' as move_type, listed.no as sequence, listed.no <> 4 or warehouse.two_steps as active
from warehouse
cross join (
    values
    (1, 'Receipts', 'incoming', 'IN', 4, null), (2, 'Delivery Orders', 'outgoing', 'OUT', null, 5),
    (3, 'Internal Transfers', 'internal', 'INT', null, null), (4, 'Pick', 'internal', 'PICK', null, null),
    (5, 'Returns', 'incoming', 'RET', 5, null), (6, 'Dropship', 'incoming', 'DS', 4, 5)
) as listed (no, name, code, sequence_code, source_id, target_id);

create table picking_name as
select
    picking.id, warehouse.code || '/' || [
        'IN', 'OUT', 'INT', 'PICK', 'RET', 'DS'
    ][picking.type_no] || '/' || lpad(picking.number::varchar, 5, '0') as name
from picking
inner join warehouse on warehouse.id = picking.warehouse_id;

create view odoo.stock_picking as
with states as (
    select
        picking_id,
        bool_or(state = 'waiting') as is_waiting,
        bool_or(state in ('assigned', 'partially_available')) as is_ready,
        bool_and(state = 'cancel') as is_cancelled,
        bool_and(state in ('done', 'cancel')) as is_over
    from main.stock_move
    where picking_id is not null
    group by picking_id
),
first_part as (
    select kind, sales_order_id, purchase_order_id, min(id) as id from picking where part = 1 group by all
)
select
    picking.id,
    picking_name.name,
    case
        when states.is_cancelled then 'cancel'
        when states.is_over then 'done'
        when states.is_waiting then 'waiting'
        when states.is_ready then 'assigned'
        else 'confirmed'
    end as state,
    picking_type(picking.warehouse_id, picking.type_no) as picking_type_id,
    picking.partner_id,
    picking.location_id,
    picking.location_dest_id,
    picking.company_id,
    picking.origin,
    'direct' as move_type,
    coalesce(picking.deadline_at, picking.scheduled_at) + if(
        picking.id % 9 = 0, interval 2 day, interval 0 day
    ) as scheduled_date,
    picking.deadline_at as date_deadline,
    picking.done_at as date_done,
    date_trunc('second', picking.created_at) as date,
    picking.deadline_at is not null and picking.id % 9 = 0 as has_deadline_issue,
    if(picking.part = 2, backorder.id, null) as backorder_id,
    returned.id as return_id,
    picking.sales_order_id as sale_id,
    if(
        picking.sales_order_id is not null and getvariable('odoo_version') <= 18, picking.sales_order_id, null
    ) as group_id,
    true as is_locked,
    if(picking.id % 25 = 4, '<p>Ring twice</p>', null) as note,
    if(
        picking.kind = 'ship' and picking.done_at is not null, 'TRK' || picking.id * 7919, null
    ) as carrier_tracking_ref,
    picking.created_at as create_date,
    recorded(
        'picking', picking.id, greatest(picking.created_at, coalesce(picking.done_at, picking.created_at))
    ) as write_date
from picking
inner join picking_name on picking_name.id = picking.id
inner join states on states.picking_id = picking.id
left join first_part as backorder
    on backorder.kind = picking.kind
    and backorder.sales_order_id is not distinct from picking.sales_order_id
    and backorder.purchase_order_id is not distinct from picking.purchase_order_id
left join customer_return on customer_return.id = if(picking.kind = 'return', picking.ref_id, null)
left join picking as returned on returned.kind = 'ship' and returned.ref_id = customer_return.shipment_id;

create table scrap as
select id as move_id, row_number() over (order by id)::integer as id from stock_move where kind = 'scrap';

create table move_value as
select
    move_id,
    sum(value) filter (kind in ('landed', 'price_difference')) as added,
    sum(value) filter (kind not in ('dropship_out')) as value,
    min(kind) filter (kind not in ('landed', 'price_difference')) as kind
from stock_value
where move_id is not null
group by move_id;

create view odoo.stock_move as
select
    moves.id,
    10 as sequence,
    moves.company_id,
    moves.product_id,
    moves.uom_id as product_uom,
    moves.location_id,
    moves.location_dest_id,
    if(moves.kind = 'pick', customer_location(), moves.location_dest_id) as location_final_id,
    moves.partner_id,
    moves.picking_id,
    scrap.id as scrap_id,
    scrap.id is not null as scrapped,
    if(moves.type_no is null, null, picking_type(moves.warehouse_id, moves.type_no)) as picking_type_id,
    case
        when moves.kind = 'return' then shipped.id
        when moves.kind = 'vendor_return' then received.id
    end as origin_returned_move_id,
    moves.warehouse_id,
    product.name,
    moves.state,
    moves.origin,
    'make_to_stock' as procure_method,
    coalesce(
        picking_name.name,
        if(scrap.id is not null, 'SP/' || lpad(scrap.id::varchar, 5, '0'), 'Product Quantity Updated')
    ) as reference,
    moves.quantity as product_qty,
    round(moves.quantity::double / moves.units, 6)::decimal(18, 6) as product_uom_qty,
    round(moves.moved::double / moves.units, 6)::decimal(18, 6) as quantity,
    if(moves.state = 'done', round(moves.moved::double / moves.units, 6), 0)::decimal(18, 6) as quantity_done,
    moves.state = 'done' as picked,
    moves.kind in ('opening', 'gain', 'loss') as is_inventory,
    moves.state = 'done' as is_done,
    coalesce(moves.done_at, moves.deadline_at, moves.scheduled_at) as date,
    moves.deadline_at as date_deadline,
    if(
        moves.kind = 'receipt' and moves.state = 'done', round(move_value.value::double / moves.quantity::double, 4),
        0
    ) as price_unit,
    coalesce(abs(move_value.value), 0)::decimal(18, 2) as value,
    moves.kind in ('opening', 'receipt', 'return', 'gain') and moves.state = 'done' and moves.is_storable as is_in,
    moves.kind in ('ship', 'scrap', 'loss', 'vendor_return')
        and moves.type_no is distinct from 6
        and moves.state = 'done'
        and moves.is_storable as is_out,
    coalesce(moves.type_no = 6, false) as is_dropship,
    if(stock_entry.n is not null, stock_entry_id(stock_entry.n), null) as account_move_id,
    moves.to_refund,
    moves.purchase_line_id,
    moves.sales_line_id as sale_line_id,
    sales_line.order_id as group_id,
    moves.created_at as create_date,
    recorded('move', moves.id, greatest(moves.created_at, coalesce(moves.done_at, moves.created_at))) as write_date
from main.stock_move as moves
inner join product on product.id = moves.product_id
left join picking_name on picking_name.id = moves.picking_id
left join scrap on scrap.move_id = moves.id
left join move_value on move_value.move_id = moves.id
left join stock_entry on stock_entry.move_id = moves.id and stock_entry.kind in ('opening', 'gain', 'loss', 'scrap')
left join sales_line on sales_line.id = moves.sales_line_id
left join main.stock_move as shipped on shipped.kind = 'ship'
    and shipped.ref_id = if(moves.kind = 'return', moves.returned_ref, null)
left join main.stock_move as received on received.kind = 'receipt'
    and received.ref_id = if(moves.kind = 'vendor_return', moves.returned_ref, null);

create view odoo.stock_move_line as
select
    item.id,
    moves.picking_id,
    item.move_id,
    moves.company_id,
    moves.product_id,
    moves.uom_id as product_uom_id,
    item.package_id,
    item.lot_id,
    item.result_package_id,
    item.owner_id,
    moves.location_id,
    moves.location_dest_id,
    moves.state,
    picking_name.name as reference,
    round(item.quantity::double / moves.units, 6)::decimal(18, 6) as quantity,
    item.quantity as quantity_product_uom,
    if(moves.state = 'done', round(item.quantity::double / moves.units, 6), 0)::decimal(18, 6) as qty_done,
    if(moves.state = 'done', 0, round(item.quantity::double / moves.units, 6))::decimal(18, 6) as reserved_uom_qty,
    if(moves.state = 'done', 0, item.quantity)::decimal(18, 3) as reserved_qty,
    moves.state = 'done' as picked,
    coalesce(moves.done_at, date_trunc('second', moves.created_at)) as date,
    moves.created_at as create_date,
    recorded('move', moves.id, greatest(moves.created_at, coalesce(moves.done_at, moves.created_at))) as write_date
from stock_move_item as item
inner join main.stock_move as moves on moves.id = item.move_id
left join picking_name on picking_name.id = moves.picking_id;

create view odoo.stock_move_move_rel as
select picked.id as move_orig_id, shipped.id as move_dest_id
from main.stock_move as picked
inner join main.stock_move as shipped on shipped.kind = if(picked.kind = 'pick', 'ship', 'transfer_in')
    and shipped.ref_id = picked.ref_id
where picked.kind in ('pick', 'transfer_out');
