with stock as (
    select * from {{ ref('int_warehouse_stock') }}
),

limits as (
    select * from {{ ref('int_reordering_limits') }}
),

products as (
    select
        coalesce(stock.company_id, limits.company_id) as company_id,
        coalesce(stock.warehouse_id, limits.warehouse_id) as warehouse_id,
        coalesce(stock.product_id, limits.product_id) as product_id,
        coalesce(stock.on_hand, 0) as on_hand,
        coalesce(stock.reserved, 0) as reserved,
        coalesce(stock.incoming, 0) as incoming,
        coalesce(stock.outgoing, 0) as outgoing,
        coalesce(stock.on_hand + stock.incoming - stock.outgoing, 0) as forecast,
        limits.min_quantity,
        limits.max_quantity,
        coalesce(limits.quantity_multiple, 0) as quantity_multiple
    from stock
    full join limits
        on
            stock.warehouse_id = limits.warehouse_id
            and stock.product_id = limits.product_id
),

rated as (
    select
        *,
        case
            when on_hand < 0 or (max_quantity > 0 and on_hand <= 0) then 'out_of_stock'
            when forecast < min_quantity then 'below_minimum'
            when max_quantity > 0 and on_hand > max_quantity then 'overstock'
        end as alert_level,
        case when forecast < min_quantity then greatest(min_quantity, max_quantity) - forecast else 0 end as missing
    from products
)

select
    rated.company_id,
    rated.warehouse_id,
    rated.product_id,
    warehouses.warehouse_name,
    rated.alert_level,
    cast(rated.on_hand as {{ type_quantity() }}) as on_hand,
    cast(rated.reserved as {{ type_quantity() }}) as reserved,
    cast(rated.incoming as {{ type_quantity() }}) as incoming,
    cast(rated.outgoing as {{ type_quantity() }}) as outgoing,
    cast(rated.forecast as {{ type_quantity() }}) as forecast,
    cast(rated.min_quantity as {{ type_quantity() }}) as min_quantity,
    cast(rated.max_quantity as {{ type_quantity() }}) as max_quantity,
    cast({{ round_up('rated.missing', 'rated.quantity_multiple') }} as {{ type_quantity() }}) as quantity_to_order
from rated
left join {{ ref('stg_odoo__warehouses') }} as warehouses
    on rated.warehouse_id = warehouses.warehouse_id
where rated.alert_level is not null
