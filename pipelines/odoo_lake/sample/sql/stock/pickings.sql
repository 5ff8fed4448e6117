-- Transfers: shipments and what is picked for them, receipts, returns, internal moves.
create table picking as
with shipped as (
    select
        'ship' as kind, shipment.id as ref_id, shipment.company_id, shipment.warehouse_id,
        if(shipment.is_dropship, 6, 2) as type_no, shipment.partner_id,
        case
            when shipment.is_dropship then vendor_location()
            when shipment.two_steps then warehouse.output_id
            else warehouse.stock_id
        end as location_id,
        customer_location() as location_dest_id,
        shipment.state, coalesce(shipment.done_at, shipment.deadline_at) as scheduled_at, shipment.deadline_at,
        shipment.done_at,
        'S' || lpad(shipment.order_id::varchar, 5, '0') as origin, shipment.order_id as sales_order_id,
        null::integer as purchase_order_id,
        shipment.part, shipment.created_at
    from shipment
    inner join warehouse on warehouse.id = shipment.warehouse_id
    where not shipment.is_pushed_later
),
picked as (
    select
        'pick', shipment.id, shipment.company_id, shipment.warehouse_id, 4, shipment.partner_id, warehouse.stock_id,
        warehouse.output_id,
        case when shipment.picked_at is not null then 'done' else shipment.state end,
        coalesce(shipment.picked_at, shipment.deadline_at), shipment.deadline_at, shipment.picked_at,
        'S' || lpad(shipment.order_id::varchar, 5, '0'), shipment.order_id, null, shipment.part, shipment.created_at
    from shipment
    inner join warehouse on warehouse.id = shipment.warehouse_id
    where shipment.two_steps
),
received as (
    -- A drop shipment is one transfer, listed above.
    select
        'receipt', receipt.id, receipt.company_id, receipt.warehouse_id, 1, receipt.vendor_id, vendor_location(),
        warehouse.stock_id, receipt.state, coalesce(receipt.done_at, planned.planned_at), planned.planned_at,
        receipt.done_at, 'P' || lpad(receipt.order_id::varchar, 5, '0'), null, receipt.order_id, receipt.part,
        receipt.created_at
    from receipt
    inner join warehouse on warehouse.id = receipt.warehouse_id
    inner join (
        select order_id, min(planned_at) as planned_at from purchase_line group by order_id
    ) as planned on planned.order_id = receipt.order_id
    where not receipt.is_dropship
),
returned as (
    select
        'return', customer_return.id, customer_return.company_id, customer_return.warehouse_id, 5,
        customer_return.partner_id, customer_location(), warehouse.stock_id, 'done', customer_return.done_at,
        null::timestamp, customer_return.done_at, 'Return of S' || lpad(customer_return.order_id::varchar, 5, '0'),
        customer_return.order_id, null, 1,
        recorded('return', customer_return.id, customer_return.done_at - interval 2 hour)
    from customer_return
    inner join warehouse on warehouse.id = customer_return.warehouse_id
),
sent_back as (
    select
        'vendor_return', outflow.ref_id, warehouse.company_id, outflow.warehouse_id, 2, vendor.id, warehouse.stock_id,
        vendor_location(), 'done', outflow.happened_at, null::timestamp, outflow.happened_at, 'Return to vendor',
        null, null, 1, recorded('vendor return', outflow.ref_id, outflow.happened_at - interval 1 hour)
    from outflow_so_far as outflow
    inner join warehouse on warehouse.id = outflow.warehouse_id
    inner join goods on goods.id = outflow.product_id
    inner join vendor on vendor.n = goods.vendor_n
    where outflow.kind = 'vendor_return'
),
moved as (
    select
        listed.kind, outflow.ref_id, warehouse.company_id, if(listed.kind = 'transfer_in', 2, outflow.warehouse_id),
        3, company.partner_id,
        case when listed.kind = 'transfer_in' then transit_location(1) else warehouse.stock_id end,
        case listed.kind
            when 'transfer_in' then 21
            when 'transfer_out' then transit_location(1)
            else warehouse.shelf_id
        end,
        if(listed.kind = 'transfer_in' and outflow.is_under_way, 'open', 'done'),
        outflow.happened_at + if(listed.kind = 'transfer_in', interval 1 day, interval 0 day), null::timestamp,
        case
            when listed.kind = 'transfer_in' and outflow.is_under_way then null
            when listed.kind = 'transfer_in'
                then least(outflow.happened_at + interval 1 day, getvariable('clock')::timestamp - interval 1 minute)
            else outflow.happened_at
        end,
        'Replenishment', null, null, 1, recorded(listed.kind, outflow.ref_id, outflow.happened_at - interval 5 hour)
    from (
        -- The latest transfers have not arrived.
        select
            *,
            kind = 'transfer' and (
                happened_at >= getvariable('clock')::timestamp - interval 15 day
                or row_number() over (partition by kind order by happened_at desc, ref_id) = 1
            ) as is_under_way
        from outflow_so_far
    ) as outflow
    inner join (
        values ('transfer', 'transfer_out'), ('transfer', 'transfer_in'), ('shelf', 'shelf')
    ) as listed (outflow_kind, kind) on listed.outflow_kind = outflow.kind
    inner join warehouse on warehouse.id = outflow.warehouse_id
    inner join company on company.id = warehouse.company_id
),
consigned as (
    select
        'consignment', consignment.id, consignment.company_id, consignment.warehouse_id, 1, consignment.owner_id,
        vendor_location(), warehouse.stock_id, 'done', consignment.done_at, null::timestamp, consignment.done_at,
        'Consignment', null, null, 1, recorded('consignment', consignment.id, consignment.done_at - interval 3 hour)
    from consignment
    inner join warehouse on warehouse.id = consignment.warehouse_id
),
every_picking as (
    select * from shipped
    union all
    select * from picked
    union all
    select * from received
    union all
    select * from returned
    union all
    select * from sent_back
    union all
    select * from moved
    union all
    select * from consigned
)
select
    row_number() over (order by created_at, kind, ref_id)::integer as id,
    *,
    row_number() over (partition by warehouse_id, type_no order by created_at, kind, ref_id)::integer as number
from every_picking;
