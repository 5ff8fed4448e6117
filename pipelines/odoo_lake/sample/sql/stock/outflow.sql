-- Everything that has left the stock of a warehouse, product by product, in order of time.
create table outflow as
with shipped as (
    select
        shipment.warehouse_id,
        shipment_line.product_id,
        coalesce(shipment.picked_at, shipment.done_at) as happened_at,
        'ship' as kind,
        shipment_line.id as ref_id,
        shipment_line.quantity
    from shipment_line
    inner join shipment on shipment.id = shipment_line.shipment_id
    where shipment_line.is_storable
        and not shipment.is_dropship
        and coalesce(shipment.picked_at, shipment.done_at) is not null
),
pair as (
    select
        warehouse_id,
        product_id,
        count(*) as shipments,
        sum(quantity) as quantity,
        min(happened_at) as first_at,
        row_number() over (order by warehouse_id, product_id) as pair_no
    from shipped
    group by warehouse_id, product_id
),
incident as (
    -- What befalls goods beside sales; what it is goes by the pair's number.
    select
        pair.*,
        pair.pair_no * 10 as key,
        [
            'scrap', 'loss', 'vendor_return', 'transfer', 'shelf', 'gain', 'transfer', 'vendor_return'
        ][1 + (pair.pair_no // 2) % 8] as kind,
        date_trunc('second', pair.first_at + to_seconds(
            greatest(
                0, epoch(getvariable('clock') - pair.first_at) - 90000
            ) * roll('incident time', pair.pair_no * 10)
        )) as happened_at
    from pair
    where pair.shipments >= 2 and pair.pair_no % 2 = 0
),
incidents as (
    select
        warehouse_id,
        product_id,
        happened_at,
        kind,
        key as ref_id,
        greatest(
            1, round(quantity::double * (0.005 + 0.02 * roll('incident quantity', key)))
        )::decimal(14, 3) as quantity
    from incident
    where kind <> 'transfer' or warehouse_id = 1
)
select * from shipped
union all
select * from incidents;

-- Found stock is not taken from anywhere.
create table stock_gain as
select row_number() over (order by ref_id)::integer as id, * exclude (kind) from outflow where kind = 'gain';

delete from outflow where kind = 'gain';
