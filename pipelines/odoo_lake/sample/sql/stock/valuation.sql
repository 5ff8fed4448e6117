-- What stock is worth. Standard cost: quantity times the price of the day. Average cost: each receipt moves the
-- average, everything that leaves takes the average with it. Value that comes without quantity: landed costs, price
-- differences of bills, revaluations.
create table receipt_value as
select
    stock_move.id as move_id,
    money(
        purchase_line.subtotal::double * stock_move.quantity::double
        / purchase_line.product_quantity::double / daily_rate.rate::double
    ) as value
from stock_move
inner join purchase_line on purchase_line.id = stock_move.purchase_line_id
inner join purchase_order on purchase_order.id = purchase_line.order_id
inner join daily_rate
    on daily_rate.company_id = stock_move.company_id
    and daily_rate.currency_id = purchase_order.currency_id
    and daily_rate.date = stock_move.done_at::date
where stock_move.state = 'done' and stock_move.kind <> 'vendor_return';

create table standard_cost as
with stocked as (
    select distinct
        stock_move.company_id, stock_move.product_id, stock_move.category_id,
        company_cost(stock_move.company_id, goods.cost) as cost
    from stock_move
    inner join goods on goods.id = stock_move.product_id and goods.is_storable
),
numbered as (
    select *, row_number() over (order by company_id, product_id) as stocked_no from stocked
)
select
    *,
    is_average_cost(company_id, category_id) as is_average,
    case
        when stocked_no % 9 = 4
            then date_trunc(
                'second',
                getvariable('clock')::timestamp - to_days(dice('cost change', stocked_no, 150, 700)) - interval 3 hour
            )
    end as changed_at,
    money(cost * 1.06) as changed_cost
from numbered;

create table value_event as
with moved as (
    select
        stock_move.company_id,
        stock_move.product_id,
        stock_move.id as move_id,
        stock_move.kind,
        stock_move.done_at as happened_at,
        case
            when stock_move.kind in ('opening', 'receipt', 'return', 'gain') then 1
            else -1
        end * stock_move.quantity as quantity,
        case when stock_move.kind = 'receipt' then receipt_value.value end as value
    from stock_move
    left join receipt_value on receipt_value.move_id = stock_move.id
    where stock_move.state = 'done'
        and stock_move.is_storable
        and (stock_move.kind in ('opening', 'receipt', 'return', 'gain', 'scrap', 'loss', 'vendor_return')
            or (stock_move.kind = 'ship' and stock_move.type_no <> 6))
),
added as (
    -- Freight shared out over what a receipt brought in, and bills that turned out dearer.
    select
        moved.company_id,
        moved.product_id,
        moved.move_id,
        if(stock_move.picking_id % 8 = 7, 'landed', 'price_difference') as kind,
        moved.happened_at + if(stock_move.picking_id % 8 = 7, interval 2 hour, interval 50 hour) as happened_at,
        0 as quantity,
        money(moved.value * if(stock_move.picking_id % 8 = 7, 0.03, 0.02)) as value
    from moved
    inner join stock_move on stock_move.id = moved.move_id
    where moved.kind = 'receipt'
        and is_average_cost(moved.company_id, stock_move.category_id)
        and ((stock_move.picking_id % 8 = 7 and moved.company_id = 1) or moved.move_id % 29 = 5)
        and moved.happened_at < getvariable('clock')::timestamp - interval 51 hour
),
revalued as (
    select
        company_id, product_id, null::integer as move_id, 'revaluation' as kind, changed_at as happened_at,
        0 as quantity, null as value
    from standard_cost
    where changed_at is not null
),
every_event as (
    select * from moved
    union all
    select * from added
    union all
    select * from revalued
)
select
    every_event.*,
    standard_cost.is_average,
    standard_cost.cost,
    standard_cost.changed_at,
    standard_cost.changed_cost,
    row_number() over ordering as event_no,
    coalesce(
        sum(every_event.quantity) over (ordering rows between unbounded preceding and 1 preceding), 0
    )::decimal(18, 3) as quantity_before
from every_event
inner join standard_cost on standard_cost.company_id = every_event.company_id
    and standard_cost.product_id = every_event.product_id
window ordering as (
    partition by every_event.company_id, every_event.product_id
    order by every_event.happened_at, sign(every_event.quantity) desc, every_event.kind, every_event.move_id
);

-- Value cannot be added to stock that is not there.
delete from value_event where kind in ('landed', 'price_difference', 'revaluation') and quantity_before <= 0;

create table average_cost as
with recursive step as (
    select *, row_number() over (partition by company_id, product_id order by event_no) as step_no
    from value_event
    where is_average and kind in ('opening', 'receipt', 'landed', 'price_difference', 'revaluation')
),
cost as (
    select company_id, product_id, 0::bigint as step_no, 0::bigint as event_no, max(cost)::decimal(18, 6) as unit_cost
    from value_event
    where is_average
    group by company_id, product_id
    union all
    select
        step.company_id,
        step.product_id,
        step.step_no,
        step.event_no,
        round(
            case
                when step.kind = 'revaluation' then cost.unit_cost::double * 1.04
                when step.kind in ('landed', 'price_difference')
                    then cost.unit_cost::double + step.value::double / step.quantity_before::double
                when step.kind = 'opening'
                    then if(step.quantity_before > 0, cost.unit_cost::double, step.cost::double)
                when step.quantity_before <= 0 then step.value::double / step.quantity::double
                else (step.quantity_before::double * cost.unit_cost::double + step.value::double)
                    / (step.quantity_before + step.quantity)::double
            end,
            6
        )::decimal(18, 6) as unit_cost
    from cost
    inner join step
        on step.company_id = cost.company_id and step.product_id = cost.product_id and step.step_no = cost.step_no + 1
)
select company_id, product_id, event_no, unit_cost from cost;

create table stock_value as
with costed as (
    select
        value_event.*,
        case
            when not value_event.is_average
                then if(
                    value_event.happened_at > value_event.changed_at, value_event.changed_cost, value_event.cost
                )::decimal(18, 6)
            else average_cost.unit_cost
        end as unit_cost
    from value_event
    asof left join average_cost
        on value_event.company_id = average_cost.company_id
        and value_event.product_id = average_cost.product_id
        and value_event.event_no >= average_cost.event_no
),
valued as (
    select
        * exclude (value),
        case
            when kind in ('landed', 'price_difference') then value
            when kind = 'revaluation' and is_average
                then money(quantity_before::double * (unit_cost::double - unit_cost::double / 1.04))
            when kind = 'revaluation' then money(quantity_before::double * (changed_cost - cost)::double)
            when kind = 'receipt' and is_average then value
            else money(quantity::double * unit_cost::double)
        end as value
    from costed
)
select
    company_id, product_id, move_id, kind, happened_at, quantity::decimal(18, 3) as quantity, unit_cost, value,
    is_average
from valued
union all
-- A drop shipment comes in and goes out at once, at what it cost.
select
    stock_move.company_id, stock_move.product_id, stock_move.id, direction.kind, stock_move.done_at,
    (direction.sign * stock_move.quantity)::decimal(18, 3),
    (receipt_value.value::double / stock_move.quantity::double)::decimal(18, 6),
    (direction.sign * receipt_value.value)::decimal(18, 2),
    is_average_cost(stock_move.company_id, stock_move.category_id)
from stock_move
inner join receipt_value on receipt_value.move_id = stock_move.id
cross join (values ('dropship_in', 1), ('dropship_out', -1)) as direction (kind, sign)
where stock_move.kind = 'ship' and stock_move.state = 'done';

-- What Odoo shows as the cost of a product: the average after the last event, or the standard.
create table product_cost as
select
    standard_cost.company_id,
    standard_cost.product_id,
    case
        when not standard_cost.is_average
            then if(standard_cost.changed_at is not null, standard_cost.changed_cost, standard_cost.cost)
        else round(arg_max(average_cost.unit_cost, average_cost.event_no), 4)
    end::decimal(18, 4) as unit_cost
from standard_cost
left join average_cost
    on average_cost.company_id = standard_cost.company_id and average_cost.product_id = standard_cost.product_id
group by standard_cost.company_id, standard_cost.product_id, standard_cost.is_average, standard_cost.changed_at,
standard_cost.changed_cost, standard_cost.cost;
