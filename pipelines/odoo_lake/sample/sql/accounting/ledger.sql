-- Stock movements in the books of the perpetual companies, the accountant's entries, and what the companies started
-- with.
create table stock_entry as
with valued as (
    select
        stock_value.*,
        stock_move.location_id,
        row_number() over (
            order by stock_value.happened_at,
            stock_value.company_id, stock_value.product_id, stock_value.kind, stock_value.move_id
        ) as value_no
    from stock_value
    inner join company on company.id = stock_value.company_id and company.perpetual
    left join stock_move on stock_move.id = stock_value.move_id
    where stock_value.value <> 0
        -- From 19 on receipts and deliveries are booked with their invoices only.
        and (
            getvariable('odoo_version') <= 18
                or stock_value.kind in ('opening', 'gain', 'loss', 'scrap', 'revaluation', 'landed')
        )
)
select
    row_number() over (order by value_no)::integer as n,
    *,
    case
        when kind in ('receipt', 'dropship_in', 'vendor_return', 'landed', 'price_difference')
            then account(company_id, 'stock_received')
        when kind in ('ship', 'dropship_out', 'return') then account(company_id, 'stock_delivered')
        when kind = 'opening' then account(company_id, 'retained_earnings')
        else account(company_id, 'inventory_loss')
    end as contra_account_id
from valued;

set variable entry_base = (select max(id) from entry);

set variable item_base = (select max(id) from item);

create macro stock_entry_id(n) as (getvariable('stock_entry_base') + n)::integer;

set variable stock_entry_base = getvariable('entry_base');

insert into entry
select
    stock_entry_id(n), 'stock', n, 'entry', journal(company_id, 'stock'), company_id, company.currency_id,
    happened_at::date, 'posted', null, 'Stock ' || kind, recorded('stock entry', n, happened_at)
from stock_entry
inner join company on company.id = stock_entry.company_id;

insert into item by name
select
    (getvariable('item_base') + stock_entry.n * 2 - 1 + side.no)::integer as id,
    stock_entry_id(stock_entry.n) as move_id,
    10 as sequence,
    'product' as display_type,
    if(side.no = 0, account(stock_entry.company_id, 'stock_valuation'), stock_entry.contra_account_id) as account_id,
    (if(side.no = 0, 1, -1) * stock_entry.value)::decimal(18, 2) as balance,
    company.currency_id,
    (if(side.no = 0, 1, -1) * stock_entry.value)::decimal(18, 2) as amount_currency,
    stock_entry.kind as name,
    stock_entry.product_id,
    stock_entry.quantity::decimal(14, 3) as quantity,
    stock_entry.move_id as stock_move_id
from stock_entry
inner join company on company.id = stock_entry.company_id
cross join (values (0), (1)) as side (no)
order by id;

-- What the companies started with: machines, and enough money never to run out of it.
create table liquidity_low as
with moved as (
    select
        entry.company_id, item.account_id, entry.date, sum(item.balance) as balance,
        sum(item.amount_currency) as amount_currency
    from item
    inner join entry on entry.id = item.move_id
    where entry.state = 'posted'
        and item.account_id in (select default_account_id from journal where type in ('bank', 'cash'))
    group by all
    union all
    select company_id, account_id, date, sum(amount), sum(amount)
    from manual_line
    where state = 'posted' and account_id = account(2, 'bank')
    group by all
),
running as (
    select
        company_id,
        account_id,
        sum(balance) over (partition by company_id, account_id order by date) as balance,
        sum(amount_currency) over (partition by company_id, account_id order by date) as amount_currency
    from moved
)
select company_id, account_id, least(0, min(balance)) as balance, least(0, min(amount_currency)) as amount_currency
from running
group by company_id, account_id;

insert into manual_line
with machines as (
    select company_id, money(amount::double * 3) as value from revenue_base where month_no = 1
),
money_at_start as (
    select
        liquidity_low.company_id,
        liquidity_low.account_id,
        (1000 * ceil((
            0.8 * if(
                liquidity_low.account_id = account(liquidity_low.company_id, 'cash'), 0.02, 1
            ) * revenue_base.amount::double
            - if(
                liquidity_low.account_id = account(1, 'bank_foreign'), liquidity_low.amount_currency,
                liquidity_low.balance
            )::double
        ) / 1000))::decimal(18, 2) as value
    from liquidity_low
    inner join revenue_base on revenue_base.company_id = liquidity_low.company_id and revenue_base.month_no = 1
),
converted as (
    select
        money_at_start.company_id,
        money_at_start.account_id,
        if(
            money_at_start.account_id = account(1, 'bank_foreign'),
            money(money_at_start.value::double / daily_rate.rate::double), money_at_start.value
        ) as value
    from money_at_start
    inner join daily_rate on daily_rate.company_id = 1
        and daily_rate.currency_id = 1
        and daily_rate.date = getvariable('start')::date
),
lines as (
    select company_id, 1 as position, account(company_id, 'fixed_assets') as account_id, value from machines
    union all
    select company_id, 2, account(company_id, 'accumulated_depreciation'), -money(value::double * 0.4) from machines
    union all
    select company_id, 3 + row_number() over (partition by company_id order by account_id), account_id, value
    from converted
)
select
    'opening ' || company_id, company_id, 'misc', getvariable('start')::date, 'posted', 'Opening balance', position,
    account_id, null, value
from lines
union all
select
    'opening ' || company_id, company_id, 'misc', getvariable('start')::date, 'posted', 'Opening balance', 90,
    account(company_id, 'capital'), null, -money(sum(value)::double * 0.6)
from lines
group by company_id
union all
select
    'opening ' || company_id, company_id, 'misc', getvariable('start')::date, 'posted', 'Opening balance', 91,
    account(company_id, 'retained_earnings'), null, -(sum(value) - money(sum(value)::double * 0.6))
from lines
group by company_id;

create table manual_entry as
with keyed as (
    select entry_key, company_id, journal_key, date, state, ref, max(partner_id) as partner_id
    from manual_line
    where date < getvariable('today')::date
    group by all
)
select *, row_number() over (order by date, entry_key)::integer as n
from keyed;

set variable entry_base = (select max(id) from entry);

set variable item_base = (select max(id) from item);

insert into entry
select
    getvariable('entry_base') + n, 'manual', n, 'entry', journal(company_id, journal_key), company_id,
    company.currency_id, date, state, manual_entry.partner_id, ref, recorded('manual', n, moment('manual', n, date))
from manual_entry
inner join company on company.id = manual_entry.company_id;

insert into item by name
select
    (getvariable('item_base') + row_number() over (order by manual_entry.n, manual_line.position))::integer as id,
    (getvariable('entry_base') + manual_entry.n)::integer as move_id,
    manual_line.position as sequence,
    'product' as display_type,
    manual_line.account_id,
    manual_line.partner_id,
    manual_line.amount as balance,
    if(manual_line.account_id = account(1, 'bank_foreign'), 1, company.currency_id) as currency_id,
    if(
        manual_line.account_id = account(1, 'bank_foreign'),
        round(manual_line.amount::double * daily_rate.rate::double, 2), manual_line.amount
    )::decimal(18, 2) as amount_currency,
    case when manual_line.account_id in (
        account(manual_line.company_id, 'receivable'), account(manual_line.company_id, 'payable')
    ) then manual_line.date + 30 end as date_maturity,
    manual_line.ref as name
from manual_line
inner join manual_entry on manual_entry.entry_key = manual_line.entry_key
inner join company on company.id = manual_line.company_id
inner join daily_rate on daily_rate.company_id = 1
    and daily_rate.currency_id = 1
    and daily_rate.date = manual_line.date
order by id;
