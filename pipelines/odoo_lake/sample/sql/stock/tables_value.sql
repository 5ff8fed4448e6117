-- Stock on hand, its value, and when to reorder, in Odoo's columns.
create view odoo.stock_quant as
select
    quant.id,
    quant.product_id,
    location.company_id,
    quant.location_id,
    quant.lot_id,
    quant.package_id,
    quant.owner_id,
    quant.quantity,
    quant.reserved as reserved_quantity,
    coalesce(quant.arrived_at, quant.changed_at, getvariable('start')::timestamp) as in_date,
    0::decimal(18, 3) as inventory_quantity,
    make_date(year(getvariable('today')::date), 12, 31) as inventory_date,
    recorded(
        'quant', quant.id, coalesce(quant.arrived_at, quant.changed_at, getvariable('start')::timestamp)
    ) as create_date,
    recorded('quant', quant.id, coalesce(quant.changed_at, getvariable('start')::timestamp)) as write_date
from quant
inner join location on location.id = quant.location_id;

create view odoo.stock_lot as
select
    lot_id as id, product_id, company_id, 'LOT' || lpad(lot_id::varchar, 6, '0') as name,
    recorded('lot', lot_id, arrived_at) as create_date, recorded('lot', lot_id, arrived_at) as write_date
from batch_item
where lot_id is not null
order by lot_id;

create table package as
select
    batch_item.package_id as id,
    'PACK' || lpad(batch_item.package_id::varchar, 7, '0') as name,
    max(quant.location_id) as location_id,
    batch_item.company_id,
    recorded('package', batch_item.package_id, batch_item.arrived_at) as create_date
from batch_item
left join quant on quant.package_id = batch_item.package_id and quant.quantity > 0
where batch_item.package_id is not null
group by batch_item.package_id, batch_item.company_id, batch_item.arrived_at;

create view odoo.stock_quant_package as
select id, name, location_id, company_id, 'disposable' as package_use, create_date, create_date as write_date
from package;

create view odoo.stock_package as
select
    id, name, name as complete_name, id || '/' as parent_path, location_id, company_id, create_date,
    create_date as write_date
from package;

create view odoo.stock_package_type as select 1 as id, 'Carton' as name;

create view odoo.stock_scrap as
select
    scrap.id, 'SP/' || lpad(scrap.id::varchar, 5, '0') as name, moves.company_id, moves.product_id,
    moves.product_uom_id, moves.location_id,
    moves.location_dest_id as scrap_location_id, moves.quantity as scrap_qty, 'done' as state,
    moves.done_at as date_done, scrap.move_id
from scrap
inner join main.stock_move as moves on moves.id = scrap.move_id;

create table layer as
with landed as (
    select picking_id, row_number() over (order by picking_id)::integer as id
    from (
        select distinct stock_move.picking_id
        from stock_value
        inner join stock_move on stock_move.id = stock_value.move_id
        where stock_value.kind = 'landed'
    )
),
batch_left as (
    select
        supply_batch.warehouse_id, supply_batch.product_id, supply_batch.batch_no,
        1 - coalesce(sum(outflow_part.quantity), 0)::double / supply_batch.batch_size::double as share
    from supply_batch
    left join outflow_part
        on outflow_part.warehouse_id = supply_batch.warehouse_id
        and outflow_part.product_id = supply_batch.product_id
        and outflow_part.batch_no = supply_batch.batch_no
    group by supply_batch.warehouse_id, supply_batch.product_id, supply_batch.batch_no, supply_batch.batch_size
),
numbered as (
    select
        stock_value.*,
        stock_move.picking_id,
        landed.id as landed_cost_id,
        case
            when stock_value.kind = 'receipt' then received.share
            when stock_value.kind = 'opening' then opened.share
            when stock_value.kind in ('return', 'gain') then 1
            else 0
        end as share_left,
        row_number() over (
            order by stock_value.happened_at,
            stock_value.company_id, stock_value.product_id, stock_value.kind, stock_value.move_id
        )::integer as id
    from stock_value
    left join stock_move on stock_move.id = stock_value.move_id
    left join receipt_line on receipt_line.id = if(stock_value.kind = 'receipt', stock_move.ref_id, null)
    left join batch_left as received
        on received.warehouse_id = receipt_line.warehouse_id
            and received.product_id = receipt_line.product_id
            and received.batch_no = receipt_line.batch_no
    left join batch_left as opened
        on opened.warehouse_id = if(stock_value.kind = 'opening', stock_move.warehouse_id, null)
            and opened.product_id = stock_value.product_id
            and opened.batch_no = 0
    left join landed on landed.picking_id = if(stock_value.kind = 'landed', stock_move.picking_id, null)
)
select
    numbered.*,
    round(numbered.quantity::double * numbered.share_left, 3)::decimal(18, 3) as remaining_quantity,
    corrected.id as corrected_id
from numbered
left join numbered as corrected
    on corrected.kind = 'receipt'
        and corrected.move_id = if(numbered.kind in ('landed', 'price_difference'), numbered.move_id, null);

create view odoo.stock_valuation_layer as
select
    layer.id,
    layer.company_id,
    layer.product_id,
    product.category_id as categ_id,
    layer.corrected_id as stock_valuation_layer_id,
    -- A bill's price difference corrects a layer and belongs to no move.
    if(layer.kind = 'price_difference', null, layer.move_id) as stock_move_id,
    if(stock_entry.n is not null, stock_entry_id(stock_entry.n), null) as account_move_id,
    layer.kind || ' - ' || product.name as description,
    layer.quantity,
    if(layer.quantity = 0, 0, abs(layer.unit_cost))::decimal(18, 6) as unit_cost,
    layer.value,
    greatest(layer.remaining_quantity, 0)::decimal(18, 3) as remaining_qty,
    greatest(money(layer.remaining_quantity::double * layer.unit_cost::double), 0)::decimal(18, 2) as remaining_value,
    layer.landed_cost_id as stock_landed_cost_id,
    recorded('layer', layer.id, layer.happened_at) as create_date,
    recorded('layer', layer.id, layer.happened_at) as write_date
from layer
inner join product on product.id = layer.product_id
left join stock_entry
    on stock_entry.company_id = layer.company_id
    and stock_entry.product_id = layer.product_id
    and stock_entry.kind = layer.kind
    and stock_entry.happened_at = layer.happened_at
    and stock_entry.move_id is not distinct from layer.move_id;

create view odoo.product_value as
with changes as (
    -- The value of a receipt as a whole, or the new cost of a product.
    select
        layer.company_id, layer.product_id, layer.move_id, 'Bill differs' as description, layer.happened_at as date,
        move_value.value as value
    from layer
    inner join move_value on move_value.move_id = layer.move_id
    where layer.kind = 'price_difference'
    union all
    select company_id, product_id, null, 'New cost', happened_at, round(unit_cost, 4)
    from layer
    where kind = 'revaluation'
)
select
    row_number() over (order by date, company_id, product_id, move_id)::integer as id, company_id, product_id,
    move_id, 2 as user_id, description,
    value::decimal(18, 4) as value, date
from changes;

create view odoo.stock_landed_cost as
select
    landed_cost_id as id,
    'LC/' || lpad(landed_cost_id::varchar, 4, '0') as name,
    1 as company_id,
    journal(1, 'stock') as account_journal_id,
    'picking' as target_model,
    'done' as state,
    max(happened_at)::date as date,
    sum(value)::decimal(18, 2) as amount_total,
    recorded('landed', landed_cost_id, max(happened_at)) as create_date,
    recorded('landed', landed_cost_id, max(happened_at)) as write_date
from layer
where landed_cost_id is not null
group by landed_cost_id;

create view odoo.stock_warehouse_orderpoint as
select
    pair_no::integer as id,
    'OP/' || lpad(pair_no::varchar, 5, '0') as name,
    warehouse_id,
    10 * warehouse_id + 1 as location_id,
    product_id,
    company_id,
    if(pair_no % 6 = 1, 'manual', 'auto') as trigger,
    case
        when pair_no % 40 = 11 then 0
        when pair_no % 15 = 1 then ceil(batch_size::double * 3)
        else ceil(batch_size::double * 0.4)
    end::decimal(18, 3) as product_min_qty,
    case
        when pair_no % 40 = 11 then 0
        when pair_no % 15 = 1 then ceil(batch_size::double * 4)
        when pair_no % 15 = 6 then ceil(batch_size::double * 0.3)
        else ceil(batch_size::double * 1.5)
    end::decimal(18, 3) as product_max_qty,
    if(buy_uom_id = 2, 12, 1)::decimal(18, 3) as qty_multiple,
    -- Computed once and not refreshed by stock moves.
    (pair_no % 9)::decimal(18, 3) as qty_to_order,
    (pair_no % 9)::decimal(18, 3) as qty_to_order_computed,
    if(pair_no % 35 = 6, getvariable('today')::date + 20, null) as snoozed_until,
    pair_no % 25 <> 16 as active
from stock_pair
where pair_no % 5 = 1;

create view odoo.stock_route as
select id, name, null::integer as company_id, true as active
from (values (1, 'Deliver in 1 step'), (2, 'Deliver in 2 steps'), (3, 'Buy'), (4, 'Dropship')) as listed (id, name);

create view odoo.stock_rule as
select
    warehouse.id, warehouse.code || ': Stock to Customers' as name, if(warehouse.two_steps, 2, 1) as route_id,
    warehouse.id as warehouse_id, warehouse.company_id,
    warehouse.stock_id as location_src_id, 5 as location_dest_id, picking_type(warehouse.id, 2) as picking_type_id,
    'pull' as action, 'make_to_stock' as procure_method, 'manual' as auto
from warehouse;
