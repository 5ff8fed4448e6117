-- Company 1 ships straight from its main warehouse, and from the second one in two steps.
create table warehouse as
select
    *,
    10 * id as view_id,
    10 * id + 1 as stock_id,
    10 * id + 2 as input_id,
    10 * id + 3 as output_id,
    10 * id + 4 as shelf_id
from (
    values
    (1, 'Central', 'WH', 1, false), (2, 'North', 'NORTH', 1, true), (3, 'Austin', 'AUS', 2, false),
    (4, 'Lyon', 'LYON', 3, false)
) as listed (id, name, code, company_id, two_steps);

create macro vendor_location() as 4;
create macro customer_location() as 5;
create macro adjustment_location(company) as 60 + 5 * company::integer;
create macro scrap_location(company) as 61 + 5 * company::integer;
create macro production_location(company) as 62 + 5 * company::integer;
create macro transit_location(company) as 63 + 5 * company::integer;

create table location as
with shared as (
    select *
    from (
        values
        (1, 'Physical Locations', 'view', null, null, null), (2, 'Partners', 'view', null, null, null),
        (3, 'Virtual Locations', 'view', null, null, null), (4, 'Vendors', 'supplier', 2, null, null),
        (5, 'Customers', 'customer', 2, null, null), (6, 'Inter-company transit', 'transit', 3, null, null)
    ) as listed (id, name, usage, location_id, warehouse_id, company_id)
),
of_company as (
    select
        60 + 5 * company.id + listed.position, listed.name, listed.usage, listed.location_id, null::integer,
        company.id
    from company
    cross join (
        values
        (0, 'Inventory adjustment', 'inventory', 3), (1, 'Scrap', 'inventory', 3),
        (2, 'Production', 'production', 3), (3, 'Inter-warehouse transit', 'transit', 1)
    ) as listed (position, name, usage, location_id)
),
of_warehouse as (
    select
        10 * warehouse.id + listed.position,
        coalesce(listed.name, warehouse.code),
        if(listed.position = 0, 'view', 'internal'),
        case listed.position when 0 then 1 when 4 then 10 * warehouse.id + 1 else 10 * warehouse.id end,
        warehouse.id,
        warehouse.company_id
    from warehouse
    cross join (
        values (0, null),
        (1, 'Stock'), (2, 'Input'), (3, 'Output'), (4, 'Shelf A')
    ) as listed (position, name)
)
select id::integer as id, name, usage, location_id, warehouse_id, company_id from shared
union all
select * from of_company
union all
select * from of_warehouse;

-- 1 receipts, 2 deliveries, 3 internal, 4 pick, 5 returns, 6 dropship.
create macro picking_type(warehouse, no) as (warehouse * 10 + no)::integer;
