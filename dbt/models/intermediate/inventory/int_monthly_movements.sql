{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

with moves as (
    select
        move_id,
        {{ month_start('moved_on') }} as month
    from {{ ref('fact_stock_move') }}
    where state = 'done'
),

-- Odoo keeps no stock of other goods, though they move.
products as (
    select products.product_id
    from {{ ref('stg_odoo__products') }} as products
    inner join {{ ref('stg_odoo__product_templates') }} as templates
        on products.template_id = templates.template_id
    where templates.is_storable
),

locations as (
    select * from {{ ref('stg_odoo__locations') }}
    where usage in ('internal', 'transit')
),

lines as (
    select
        lines.*,
        moves.month
    from {{ ref('stg_odoo__stock_move_lines') }} as lines
    inner join moves
        on lines.move_id = moves.move_id
    inner join products
        on lines.product_id = products.product_id
    where lines.state = 'done'
),

movements as (
    select
        product_id,
        location_dest_id as location_id,
        lot_id,
        result_package_id as package_id,
        owner_id,
        month,
        quantity
    from lines
    union all
    select
        product_id,
        location_id,
        lot_id,
        package_id,
        owner_id,
        month,
        -quantity as quantity
    from lines
)

select
    locations.company_id,
    movements.product_id,
    movements.location_id,
    movements.lot_id,
    movements.package_id,
    movements.owner_id,
    movements.month,
    sum(movements.quantity) as quantity
from movements
inner join locations
    on movements.location_id = locations.location_id
group by
    locations.company_id,
    movements.product_id,
    movements.location_id,
    movements.lot_id,
    movements.package_id,
    movements.owner_id,
    movements.month
having sum(movements.quantity) <> 0
