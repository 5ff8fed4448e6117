-- Lots and packages of the batches, returns of customers, goods on consignment: what movements refer to.
create table batch_item as
with batches as (
    select
        supply_batch.warehouse_id,
        supply_batch.company_id,
        supply_batch.product_id,
        supply_batch.batch_no,
        supply_batch.tracking = 'lot' as has_lot,
        supply_batch.is_packed and supply_batch.batch_no % 2 = 1 as has_package,
        supply_batch.wanted_at as arrived_at,
        supply_batch.pair_no
    from supply_batch
)
select
    *,
    case when has_lot then sum(has_lot::integer) over numbering end::integer as lot_id,
    case when has_package then sum(has_package::integer) over numbering end::integer as package_id
from batches
window numbering as (order by pair_no, batch_no rows between unbounded preceding and current row);

create table outflow_item as
select
    outflow_part.warehouse_id,
    outflow_part.product_id,
    outflow_part.kind,
    outflow_part.ref_id,
    min(outflow_part.happened_at) as happened_at,
    min(outflow_part.batch_no) as first_batch,
    batch_item.lot_id,
    batch_item.package_id,
    sum(outflow_part.quantity)::decimal(18, 3) as quantity
from outflow_part
left join batch_item
    on batch_item.warehouse_id = outflow_part.warehouse_id
    and batch_item.product_id = outflow_part.product_id
    and batch_item.batch_no = outflow_part.batch_no
group by all;

-- One delivery line in thirty comes back in part, four of five for a refund.
create table customer_return as
with first_item as (
    select ref_id, arg_min(lot_id, first_batch) as lot_id, arg_min(quantity, first_batch) as quantity
    from outflow_item
    where kind = 'ship'
    group by ref_id
),
candidate as (
    select
        shipment_line.id as shipment_line_id,
        shipment_line.shipment_id,
        shipment_line.sales_line_id,
        shipment_line.product_id,
        shipment_line.product_uom_id,
        shipment.warehouse_id,
        shipment.company_id,
        shipment.order_id,
        shipment.partner_id,
        first_item.lot_id,
        date_trunc(
            'second', shipment.done_at + to_seconds((4 + 16 * roll('return days', shipment_line.id)) * 86400)
        ) as done_at,
        case
            when shipment_line.product_uom_id = 5
                then round(least(shipment_line.quantity::double * 0.3, first_item.quantity::double), 1)
            else floor(least(greatest(1, shipment_line.quantity::double * 0.3), first_item.quantity::double))
        end::decimal(14, 3) as quantity,
        shipment_line.id % 5 <> 0 as to_refund
    from shipment_line
    inner join shipment on shipment.id = shipment_line.shipment_id
    inner join first_item on first_item.ref_id = shipment_line.id
    where shipment.state = 'done' and not shipment.is_dropship and shipment_line.id % 31 = 9
)
select row_number() over (order by shipment_line_id)::integer as id, *
from candidate
where quantity > 0 and done_at < getvariable('clock')::timestamp - interval 1 hour;

-- What goes back to a vendor came with the receipt before it.
create table vendor_return as
with receipts as (
    select receipt_line.*, receipt.done_at
    from receipt_line
    inner join receipt on receipt.id = receipt_line.receipt_id and receipt.state = 'done' and not receipt.is_dropship
)
select
    outflow.ref_id as id, outflow.warehouse_id, outflow.product_id, outflow.happened_at, outflow.quantity,
    receipts.id as receipt_line_id, receipts.purchase_line_id
from outflow_so_far as outflow
asof inner join receipts
    on outflow.warehouse_id = receipts.warehouse_id
    and outflow.product_id = receipts.product_id
    and outflow.happened_at >= receipts.done_at
where outflow.kind = 'vendor_return';

-- Goods that stay a vendor's until they are sold: in stock, not in the value.
create table consignment as
select
    row_number() over (order by pair.pair_no)::integer as id,
    pair.warehouse_id,
    pair.company_id,
    pair.product_id,
    vendor.id as owner_id,
    dice('consignment', pair.pair_no, 5, 40)::decimal(18, 3) as quantity,
    date_trunc(
        'second',
        getvariable('start')::timestamp + to_days(dice('consignment day', pair.pair_no, 60, 900)) + interval 9 hour
    ) as done_at
from stock_pair as pair
inner join vendor on vendor.n = pair.vendor_n
where pair.pair_no % 23 = 3 and pair.tracking = 'none';

-- What has been promised and not picked takes what is left, the earliest promise first.
create table reservation as
with wanted as (
    select
        shipment_line.id as shipment_line_id,
        shipment.warehouse_id,
        shipment_line.product_id,
        shipment_line.quantity,
        sum(shipment_line.quantity) over (
            partition by shipment.warehouse_id, shipment_line.product_id
            order by shipment.deadline_at, shipment_line.id
            rows between unbounded preceding and current row
        ) as wanted_after
    from shipment_line
    inner join shipment on shipment.id = shipment_line.shipment_id
    where shipment.state = 'open'
        and shipment.picked_at is null
        and shipment_line.is_storable
        and not shipment.is_dropship
        -- Nobody has checked the availability of some.
        and shipment.id % 7 <> 0
),
stock_left as (
    select
        pair.warehouse_id,
        pair.product_id,
        pair.batch_size,
        coalesce(used.used, 0) as used,
        pair.batch_size * received.batches - coalesce(used.used, 0) as remainder
    from stock_pair as pair
    inner join (
        select warehouse_id, product_id, max(batch_no) + 1 as batches
        from supply_batch
        group by warehouse_id, product_id
    ) as received on received.warehouse_id = pair.warehouse_id and received.product_id = pair.product_id
    left join (
        select warehouse_id, product_id, max(used_after) as used from outflow_so_far group by warehouse_id, product_id
    ) as used on used.warehouse_id = pair.warehouse_id and used.product_id = pair.product_id
),
granted as (
    select
        wanted.shipment_line_id,
        wanted.warehouse_id,
        wanted.product_id,
        stock_left.batch_size,
        stock_left.used + wanted.wanted_after - wanted.quantity as taken_from,
        least(wanted.quantity, stock_left.remainder - (wanted.wanted_after - wanted.quantity)) as quantity
    from wanted
    inner join stock_left on stock_left.warehouse_id = wanted.warehouse_id
        and stock_left.product_id = wanted.product_id
    where stock_left.remainder > wanted.wanted_after - wanted.quantity
),
drawn as (
    select
        *,
        unnest(range(
            floor(taken_from::double / batch_size::double)::bigint,
            ceil((taken_from + quantity)::double / batch_size::double)::bigint
        ))::integer as batch_no
    from granted
)
select
    drawn.shipment_line_id,
    batch_item.lot_id,
    batch_item.package_id,
    sum(
        least(drawn.taken_from + drawn.quantity, (drawn.batch_no + 1) * drawn.batch_size)
        - greatest(drawn.taken_from, drawn.batch_no * drawn.batch_size)
    )::decimal(18, 3) as quantity
from drawn
inner join batch_item
    on batch_item.warehouse_id = drawn.warehouse_id
    and batch_item.product_id = drawn.product_id
    and batch_item.batch_no = drawn.batch_no
group by all;
