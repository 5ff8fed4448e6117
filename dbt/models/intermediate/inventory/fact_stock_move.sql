with moves as (
    select
        *,
        state = 'done' as is_done
    from {{ ref('stg_odoo__stock_moves') }}
),

done_quantities as (
    select
        move_id,
        sum(quantity) as quantity
    from {{ ref('stg_odoo__stock_move_lines') }}
    where state = 'done'
    group by move_id
),

-- Landed costs and corrections of a move's value are layers of it too.
layer_values as (
    select
        move_id,
        sum(value) as value
    from {{ ref('stg_odoo__valuation_layers') }}
    group by move_id
),

locations as (
    select * from {{ ref('stg_odoo__locations') }}
),

pickings as (
    select * from {{ ref('stg_odoo__pickings') }}
),

products as (
    select * from {{ ref('stg_odoo__product_uoms') }}
),

uoms as (
    select * from {{ ref('stg_odoo__uoms') }}
)

select
    moves.move_id,
    moves.company_id,
    moves.product_id,
    moves.location_id,
    moves.location_dest_id,
    moves.picking_id,
    moves.partner_id,
    moves.sales_order_line_id,
    moves.purchase_order_line_id,
    moves.return_of_move_id,
    moves.reference,
    moves.state,
    sources.usage as source_usage,
    destinations.usage as destination_usage,
    case
        when coalesce(sources.is_valued, false) and coalesce(destinations.is_valued, false) then 'internal'
        when coalesce(sources.is_valued, false) then 'out'
        when coalesce(destinations.is_valued, false) then 'in'
        else 'other'
    end as direction,
    case
        when moves.is_scrap then 'scrap'
        when moves.is_production or sources.usage = 'production' or destinations.usage = 'production' then 'production'
        when moves.is_adjustment or sources.usage = 'inventory' or destinations.usage = 'inventory' then 'adjustment'
        when sources.usage = 'supplier' and destinations.usage = 'customer' then 'dropship'
        when sources.usage = 'customer' or destinations.usage = 'supplier' then 'return'
        when sources.usage = 'supplier' then 'receipt'
        when destinations.usage = 'customer' then 'delivery'
        else 'transfer'
    end as move_kind,
    moves.quantity_demanded,
    case
        when moves.is_done then coalesce(
            done_quantities.quantity,
            {{ convert_quantity(
                'moves.uom_quantity', 'moves.uom_id', 'products.uom_id', 'uoms.reference_quantity',
                'products.uom_reference_quantity'
            ) }},
            0
        )
        else 0
    end as quantity,
    case when moves.is_done then coalesce(layer_values.value, moves.value, 0) else 0 end as value,
    case when moves.is_done then {{ business_date('moves.planned_or_moved_at') }} end as moved_on,
    -- Odoo writes the time of the move over the planned one.
    case
        when moves.is_done then coalesce(pickings.scheduled_at, moves.deadline_at, moves.planned_or_moved_at)
        else moves.planned_or_moved_at
    end as planned_at,
    case when moves.is_done then moves.planned_or_moved_at end as moved_at
from moves
left join done_quantities
    on moves.move_id = done_quantities.move_id
left join layer_values
    on moves.move_id = layer_values.move_id
left join locations as sources
    on moves.location_id = sources.location_id
left join locations as destinations
    on moves.location_dest_id = destinations.location_id
left join pickings
    on moves.picking_id = pickings.picking_id
left join products
    on moves.product_id = products.product_id
left join uoms
    on moves.uom_id = uoms.uom_id
