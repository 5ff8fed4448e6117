-- Counter sales of company 1: one entry per shop and opening day with a line per sale, goods held for a consignor.
set variable entry_base = (select max(id) from entry);

set variable item_base = (select max(id) from item);

set variable counter_width = getvariable('counter_lines') + 5;

create table counter_day as
with openings as (
    select
        shop.no as shop,
        day.date,
        (day.date - getvariable('start')::date) % getvariable('counter_interval_days') = 0 as is_due
    from day
    cross join range(1, getvariable('shops')::bigint + 1) as shop (no)
    where dayofweek(day.date) <> 0 or getvariable('counter_interval_days') > 1
)
select row_number() over (order by date, shop)::integer as n, shop, date
from openings
where is_due;

create table counter_sale as
select
    counter_day.n,
    position.no::integer as position,
    money(
        getvariable('order_line_value') * (
            0.004 + 0.035 * pow(roll('counter sale', counter_day.n * 1000::bigint + position.no), 2)
        )
    ) as amount
from counter_day
cross join range(1, getvariable('counter_lines')::bigint + 1) as position (no);

create table counter_total as
with summed as (
    select n, sum(amount)::decimal(18, 2) as amount from counter_sale group by n
),
taxed as (
    select n, amount, money(amount::double * 0.2) as tax, money(amount::double * 0.62) as cost from summed
)
select
    counter_day.*,
    taxed.amount,
    taxed.tax,
    taxed.cost,
    money((taxed.amount + taxed.tax)::double * (0.2 + 0.15 * roll('counter cash', taxed.n))) as cash
from taxed
inner join counter_day on counter_day.n = taxed.n;

insert into entry
select
    getvariable('entry_base') + n, 'counter', n, 'entry', journal(1, 'counter'), 1, 2, date, 'posted', null,
    'Shop ' || shop || ', ' || date, recorded('counter', n, date::timestamp + interval 19 hour)
from counter_total;

insert into item by name
with sales as (
    select
        n, position, 'product' as display_type, account(1, 'counter_sales') as account_id, -amount as balance,
        'Counter sale' as name
    from counter_sale
),
closings as (
    select
        counter_total.n, getvariable('counter_lines')::integer + side.no as position,
        if(side.no = 1, 'tax', 'product') as display_type, side.account_id,
        case side.no
            when 1 then -counter_total.tax
            when 2 then counter_total.cash
            when 3 then counter_total.amount + counter_total.tax - counter_total.cash
            when 4 then counter_total.cost
            else -counter_total.cost
        end as balance,
        side.name
    from counter_total
    cross join (
        values
        (1, account(1, 'tax_received'), '20%'), (2, account(1, 'cash'), 'Cash'),
        (3, account(1, 'card_clearing'), 'Card terminal'), (4, account(1, 'counter_cost'), 'Cost of goods sold'),
        (5, account(1, 'consignment_payable'), 'Owed to the consignor')
    ) as side (no, account_id, name)
)
select
    (getvariable('item_base') + (n - 1) * getvariable('counter_width') + position)::integer as id,
    (getvariable('entry_base') + n)::integer as move_id,
    position as sequence,
    display_type,
    account_id,
    balance::decimal(18, 2) as balance,
    2 as currency_id,
    balance::decimal(18, 2) as amount_currency,
    name,
    if(display_type = 'tax', tax_id(1, 1), null) as tax_line_id
from (select * from sales union all select * from closings);

drop table counter_sale;
