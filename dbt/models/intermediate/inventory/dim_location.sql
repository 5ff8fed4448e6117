with locations as (
    select * from {{ ref('stg_odoo__locations') }}
),

warehouses as (
    select * from {{ ref('stg_odoo__warehouses') }}
),

-- Facts may refer to a location that is gone.
every_location as (
    select location_id from locations
    union
    select location_id from {{ ref('fact_stock_move') }}
    union
    select location_dest_id as location_id from {{ ref('fact_stock_move') }}
    union
    select location_id from {{ ref('snapshot_inventory') }}
)

select
    every_location.location_id,
    locations.parent_location_id,
    locations.warehouse_id,
    locations.company_id,
    locations.complete_name,
    locations.usage,
    warehouses.warehouse_name,
    warehouses.warehouse_code,
    locations.parent_path,
    coalesce(locations.is_valued, false) as is_valued,
    coalesce(locations.is_active, false) as is_active,
    locations.location_id is null as is_missing
from every_location
left join locations
    on every_location.location_id = locations.location_id
left join warehouses
    on locations.warehouse_id = warehouses.warehouse_id
where every_location.location_id is not null
