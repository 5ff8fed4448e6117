-- Order lines with quantities in the line's unit and in the product's, and amounts in the order's currency.
create table sales_line_draft as
with product_lines as (
    select
        sales_order.*,
        unnest(range(1, 2 + floor(6 * pow(roll('order lines', sales_order.id), 1.4))::integer))::integer as position
    from sales_order
),
drawn as (
    select
        *,
        id * 100::bigint + position as key,
        1 + floor(
            getvariable('goods_count') * case company_id when 1 then 1 when 2 then 0.7 else 0.4 end
            * pow(roll('line product', id * 100::bigint + position), 1.5)
        )::integer as goods_n
    from product_lines
),
goods_lines as (
    select
        drawn.id as order_id,
        drawn.position * 10 as sequence,
        drawn.key,
        'goods' as kind,
        coalesce(substitute.id, goods.id) as product_id,
        getvariable('order_line_value') * (
            0.2 + 1.7 * roll('line value', drawn.key)
        ) * if(drawn.company_id = 3, 0.8, 1) as wanted_value
    from drawn
    inner join goods on goods.n = drawn.goods_n
    -- What has been archived is not sold in the last ten months; its neighbour is.
    left join goods as substitute
        on substitute.n = drawn.goods_n - 1
            and not goods.is_active
            and drawn.quoted_on > getvariable('today')::date - 300
    where not drawn.is_service_order
),
service_lines as (
    select
        id as order_id,
        position * 10 as sequence,
        key,
        'service' as kind,
        -- The first line of a service order is worked off by timesheet.
        case when position = 1 then 4 else one_of('line service', key, [5, 6, 7, 5]) end as product_id,
        getvariable('order_line_value') * (0.5 + roll('line value', key)) as wanted_value
    from drawn
    where is_service_order and position <= 3
),
extra_lines as (
    select
        id as order_id, 500 as sequence, id * 100::bigint + 50 as key, 'delivery' as kind, 1 as product_id,
        0.0 as wanted_value
    from sales_order
    where not is_service_order and chance('order delivery line', id, 0.25)
    union all
    select id, 510, id * 100::bigint + 51, 'discount', 2, 0.0
    from sales_order
    where not is_service_order and id % 37 = 9
    union all
    select id, 520, id * 100::bigint + 52, 'down_payment', 3, 0.0
    from sales_order
    where has_down_payment and state = 'sale'
    union all
    select id, 1, id * 100::bigint + 53, 'line_section', null, 0.0 from sales_order where id % 9 = 4
    union all
    select id, 530, id * 100::bigint + 54, 'line_note', null, 0.0 from sales_order where id % 23 = 5
    union all
    select id, 5, id * 100::bigint + 55, 'line_subsection', null, 0.0
    from sales_order
    where id % 45 = 4 and getvariable('odoo_version') >= 19
)
select * from goods_lines
union all
select * from service_lines
union all
select * from extra_lines;

create table product as
select
    id, template_id, category_id, is_storable, is_consumable, uom_id, buy_uom_id, cost, list_price, tracking,
    invoice_policy, name, is_active, vendor_n, is_packed
from goods
union all
select
    id, id, category_id, false, false, uom_id, uom_id, cost, list_price, 'none', invoice_policy, name, true, null,
    false
from service;

create table sales_line_priced as
with joined as (
    select
        draft.*,
        sales_order.company_id,
        sales_order.currency_id,
        sales_order.decimal_places,
        sales_order.is_export,
        product.uom_id as product_uom_id,
        product.category_id,
        product.is_storable,
        product.is_storable or product.is_consumable as is_goods,
        product.invoice_policy,
        company_cost(sales_order.company_id, product.cost) as company_cost,
        -- Prices rise a little every year; the pricelist in dollars is a touch dearer.
        product.list_price * sales_order.euro_rate * (0.94 + 0.02 * sales_order.years) * (
            0.97 + 0.06 * roll('line price', draft.key)
        ) as price,
        case
            when product.buy_uom_id = 2 and chance('line in dozens', draft.key, 0.5) then 12
            when product.buy_uom_id = 2 and chance('line in gross', draft.key, 0.06) then 144
            else 1
        end as uom_units
    from sales_line_draft as draft
    inner join sales_order on sales_order.id = draft.order_id
    left join product on product.id = draft.product_id
),
counted as (
    select
        *,
        case
            when product_id is null or kind = 'down_payment' then 0
            when kind in ('delivery', 'discount') then 1
            when category_id = 6 then greatest(0.5, round(wanted_value / price * currency.euro_rate, 1))
            else least(4000, greatest(1, round(wanted_value / price / uom_units * currency.euro_rate)))
        end::decimal(12, 3) as quantity,
        case
            when chance('line discount', key, 0.14) and kind = 'goods'
                then one_of('line discount rate', key, [5, 10, 15])
            else 0
        end as discount
    from joined
    inner join (select id, euro_rate from currency) as currency on currency.id = joined.currency_id
),
priced as (
    select
        *,
        case
            when product_id is null or kind in ('discount', 'down_payment') then 0
            else greatest(round(price * uom_units, decimal_places), if(decimal_places = 0, 1, 0.01))
        end::decimal(18, 2) as price_unit,
        case
            when product_id is null then null
            when is_export then 3
            when category_id in (6, 10) then 2
            else 1
        end as tax_no
    from counted
)
select
    *,
    tax_rate(company_id, tax_no) as tax_rate,
    round((quantity * price_unit)::double * (1 - discount / 100.0), decimal_places)::decimal(18, 2) as subtotal
from priced;

create table sales_line as
with goods_value as (
    select order_id, sum(subtotal) as subtotal from sales_line_priced where kind = 'goods' group by order_id
),
completed as (
    select
        line.* exclude (price_unit, subtotal),
        case
            when line.kind = 'discount' then -round(goods_value.subtotal::double * 0.03, line.decimal_places)
            when line.kind = 'down_payment' then round(goods_value.subtotal::double * 0.3, line.decimal_places)
            else line.price_unit
        end::decimal(18, 2) as price_unit,
        case
            when line.kind = 'discount' then -round(goods_value.subtotal::double * 0.03, line.decimal_places)
            else line.subtotal
        end::decimal(18, 2) as subtotal
    from sales_line_priced as line
    left join goods_value on goods_value.order_id = line.order_id
)
select
    row_number() over (order by order_id, sequence, key)::integer as id,
    order_id,
    sequence,
    key,
    kind,
    product_id,
    is_storable,
    coalesce(is_goods, false) as is_goods,
    invoice_policy,
    category_id,
    uom_units,
    case uom_units when 12 then 2 when 144 then 11 else product_uom_id end as uom_id,
    product_uom_id,
    quantity,
    (quantity * uom_units)::decimal(14, 3) as product_quantity,
    price_unit,
    discount::decimal(5, 2) as discount,
    tax_no,
    tax_rate,
    subtotal,
    round(subtotal::double * coalesce(tax_rate, 0)::double / 100, decimal_places)::decimal(18, 2) as tax_amount,
    company_cost
from completed;

drop table sales_line_draft;
drop table sales_line_priced;
