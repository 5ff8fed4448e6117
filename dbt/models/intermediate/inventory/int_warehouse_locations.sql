{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

select
    warehouses.warehouse_id,
    warehouses.company_id,
    locations.location_id
from {{ ref('stg_odoo__warehouses') }} as warehouses
inner join {{ ref('stg_odoo__locations') }} as views
    on warehouses.view_location_id = views.location_id
inner join {{ ref('stg_odoo__locations') }} as locations
    on views.parent_path = substr(locations.parent_path, 1, length(views.parent_path))
