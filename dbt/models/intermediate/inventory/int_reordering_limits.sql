{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

select
    places.company_id,
    places.warehouse_id,
    orderpoints.product_id,
    sum(orderpoints.min_quantity) as min_quantity,
    sum(orderpoints.max_quantity) as max_quantity,
    max(orderpoints.quantity_multiple) as quantity_multiple
from {{ ref('stg_odoo__orderpoints') }} as orderpoints
inner join {{ ref('int_warehouse_locations') }} as places
    on orderpoints.location_id = places.location_id
where
    orderpoints.is_active
    and (orderpoints.snoozed_until is null or orderpoints.snoozed_until <= {{ as_of_date() }})
group by places.company_id, places.warehouse_id, orderpoints.product_id
