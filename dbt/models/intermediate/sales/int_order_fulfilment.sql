{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

with deliveries as (
    select
        order_id,
        count(*) as deliveries,
        max(case when done_on > promised_on then 1 else 0 end) as late_deliveries,
        min(done_on) as first_delivered_on,
        max(done_on) as last_delivered_on
    from {{ ref('int_deliveries') }}
    group by order_id
),

orders as (
    select * from {{ ref('int_sales_orders') }}
),

lines as (
    select
        order_line_id,
        order_id,
        product_id,
        quantity as ordered,
        quantity_delivered
    from {{ ref('fact_sales_order') }}
    where delivery_method = 'stock_move' and quantity > 0
),

-- What comes back later was delivered all the same.
moves as (
    select * from {{ ref('fact_stock_move') }}
    where
        state = 'done'
        and destination_usage = 'customer'
        and return_of_move_id is null
        and moved_on <= {{ as_of_date() }}
),

delivered_lines as (
    select
        lines.order_line_id,
        lines.order_id,
        lines.ordered,
        -- Of a kit its parts are moved, and only Odoo knows how many kits they make.
        case
            when max(case when moves.product_id <> lines.product_id then 1 else 0 end) = 1 then lines.quantity_delivered
            else coalesce(sum(moves.quantity), 0)
        end as delivered
    from lines
    left join moves
        on lines.order_line_id = moves.sales_order_line_id
    group by lines.order_line_id, lines.order_id, lines.ordered, lines.quantity_delivered
),

delivered_orders as (
    select
        order_id,
        sum(ordered) as ordered,
        sum(delivered) as delivered,
        max(case when delivered < ordered then 1 else 0 end) as short_lines
    from delivered_lines
    group by order_id
)

select
    orders.order_id,
    orders.company_id,
    deliveries.deliveries,
    coalesce(delivered_orders.ordered, 0) as ordered,
    coalesce(delivered_orders.delivered, 0) as delivered,
    {{ days_between('orders.order_date', 'deliveries.last_delivered_on') }} as lead_time_days,
    deliveries.late_deliveries = 0 as is_on_time,
    coalesce(delivered_orders.short_lines, 0) = 0 as is_in_full,
    deliveries.first_delivered_on
from deliveries
inner join orders
    on deliveries.order_id = orders.order_id
left join delivered_orders
    on deliveries.order_id = delivered_orders.order_id
