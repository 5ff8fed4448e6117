{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

with places as (
    select * from {{ ref('int_warehouse_locations') }}
),

moves as (
    select
        *,
        -- From 18 on a move of several steps knows where it ends.
        coalesce(location_final_id, location_dest_id) as final_location_id
    from {{ ref('stg_odoo__open_stock_moves') }}
),

incoming as (
    select
        destinations.company_id,
        destinations.warehouse_id,
        moves.product_id,
        moves.quantity_demanded
    from moves
    inner join places as destinations
        on moves.final_location_id = destinations.location_id
    left join places as sources
        on
            moves.location_id = sources.location_id
            and destinations.warehouse_id = sources.warehouse_id
    where sources.location_id is null
),

outgoing as (
    select
        sources.company_id,
        sources.warehouse_id,
        moves.product_id,
        moves.quantity_demanded
    from moves
    inner join places as sources
        on moves.location_id = sources.location_id
    left join places as destinations
        on
            moves.final_location_id = destinations.location_id
            and sources.warehouse_id = destinations.warehouse_id
    where destinations.location_id is null
),

entries as (
    select
        places.company_id,
        places.warehouse_id,
        quants.product_id,
        quants.quantity as on_hand,
        quants.reserved_quantity as reserved,
        0 as incoming,
        0 as outgoing
    from {{ ref('stg_odoo__quants') }} as quants
    inner join places
        on quants.location_id = places.location_id
    union all
    select
        company_id,
        warehouse_id,
        product_id,
        0 as on_hand,
        0 as reserved,
        quantity_demanded as incoming,
        0 as outgoing
    from incoming
    union all
    select
        company_id,
        warehouse_id,
        product_id,
        0 as on_hand,
        0 as reserved,
        0 as incoming,
        quantity_demanded as outgoing
    from outgoing
)

select
    company_id,
    warehouse_id,
    product_id,
    sum(on_hand) as on_hand,
    sum(reserved) as reserved,
    sum(incoming) as incoming,
    sum(outgoing) as outgoing
from entries
group by company_id, warehouse_id, product_id
