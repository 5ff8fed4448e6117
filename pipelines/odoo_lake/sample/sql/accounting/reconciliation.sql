-- What settlements leave behind: partial reconciliations, exchange differences, residuals, full reconciliations.
-- Non-trade receivables and group charges are matched with their payments by label.
insert into settlement
with open_line as (
    select item.id, item.name, item.account_id, item.balance, entry.company_id, entry.date
    from item
    inner join entry on entry.id = item.move_id and entry.state = 'posted' and entry.kind in ('manual', 'bank')
    where item.name like 'Sublet%' or item.name like 'Group charges%'
)
select debit.id, credit.id, debit.balance, greatest(debit.date, credit.date)
from open_line as debit
inner join open_line as credit
    on credit.company_id = debit.company_id
    and credit.name = debit.name
    and credit.account_id = debit.account_id
    and credit.balance = -debit.balance
inner join account on account.id = debit.account_id and account.reconcile
where debit.balance > 0;

create table settled as
with sides as (
    select
        settlement.*,
        row_number() over (order by settlement.date, debit_item_id, credit_item_id)::integer as n,
        debit.balance as debit_balance,
        debit.amount_currency as debit_currency_amount,
        credit.balance as credit_balance,
        credit.amount_currency as credit_currency_amount,
        debit.currency_id,
        debit.account_id,
        debit.partner_id,
        debit.move_id as debit_move_id,
        credit.move_id as credit_move_id
    from settlement
    inner join item as debit on debit.id = settlement.debit_item_id
    inner join item as credit on credit.id = settlement.credit_item_id
),
running as (
    select
        *,
        sum(amount) over (
            partition by debit_item_id
            order by n
            rows between unbounded preceding and current row
        ) as debit_so_far,
        sum(amount) over (
            partition by credit_item_id
            order by n
            rows between unbounded preceding and current row
        ) as credit_so_far
    from sides
)
select
    *,
    -- Each side's share in company currency, rounded so that the shares of a whole item add up to it.
    money(debit_balance::double * debit_so_far::double / debit_currency_amount::double)
    - money(debit_balance::double * (debit_so_far - amount)::double / debit_currency_amount::double) as debit_share,
    money(credit_balance::double * credit_so_far::double / credit_currency_amount::double)
    - money(
        credit_balance::double * (credit_so_far - amount)::double / credit_currency_amount::double
    ) as credit_share
from running;

create table exchange_difference as
select
    settled.*,
    (debit_share - credit_share)::decimal(18, 2) as difference,
    row_number() over (order by n)::integer as exchange_no,
    entry.company_id,
    company.currency_id as company_currency_id
from settled
inner join entry on entry.id = settled.debit_move_id
inner join company on company.id = entry.company_id
where debit_share <> credit_share;

set variable entry_base = (select max(id) from entry);

set variable item_base = (select max(id) from item);

set variable exchange_item_base = getvariable('item_base');

insert into entry
select
    getvariable('entry_base') + exchange_no, 'exchange', exchange_no, 'entry', journal(company_id, 'exchange'),
    company_id, company_currency_id, date, 'posted', null, null,
    recorded('exchange', exchange_no, moment('exchange', exchange_no, date))
from exchange_difference;

insert into item by name
select
    (getvariable('item_base') + exchange_no * 2 - 1 + side.no)::integer as id,
    (getvariable('entry_base') + exchange_no)::integer as move_id,
    side.no as sequence,
    'product' as display_type,
    case
        when side.no = 0 then account_id
        when difference > 0 then account(company_id, 'exchange_loss')
        else account(company_id, 'exchange_gain')
    end as account_id,
    partner_id,
    if(side.no = 0, -difference, difference)::decimal(18, 2) as balance,
    currency_id,
    0::decimal(18, 2) as amount_currency,
    'Currency exchange rate difference' as name
from exchange_difference
cross join (values (0), (1)) as side (no)
order by id;

create table partial as
with matched as (
    select
        settled.n * 2 as position, settled.debit_item_id, settled.credit_item_id,
        least(settled.debit_share, -settled.credit_share) as amount,
        settled.amount as currency_amount, settled.currency_id, settled.date,
        getvariable('entry_base') + exchange_difference.exchange_no as exchange_entry_id
    from (select * replace (-credit_share as credit_share) from settled) as settled
    left join exchange_difference on exchange_difference.n = settled.n
),
differences as (
    select
        n * 2 + 1,
        if(difference > 0, debit_item_id, getvariable('exchange_item_base') + exchange_no * 2 - 1),
        if(difference > 0, getvariable('exchange_item_base') + exchange_no * 2 - 1, credit_item_id),
        abs(difference), 0, currency_id, date, null
    from exchange_difference
)
select
    row_number() over (order by every_partial.position)::integer as id,
    every_partial.* exclude (position),
    entry.company_id
from (select * from matched union all select * from differences) as every_partial
inner join item on item.id = every_partial.debit_item_id
inner join entry on entry.id = item.move_id;

create table item_settled as
with sides as (
    select debit_item_id as item_id, amount, currency_amount from partial
    union all
    select credit_item_id, -amount, -currency_amount from partial
)
select item_id, sum(amount)::decimal(18, 2) as amount, sum(currency_amount)::decimal(18, 2) as currency_amount
from sides
group by item_id;

-- Items that partial reconciliations connect carry the smallest id among them.
create table item_group as
with recursive edge as (
    select debit_item_id as from_id, credit_item_id as to_id from partial
    union all
    select credit_item_id, debit_item_id from partial
),
label (item_id, label) using key (item_id) as (
    select item_id, item_id from item_settled
    union
    select edge.to_id, min(label.label)
    from label
    inner join edge on edge.from_id = label.item_id
    inner join recurring.label as known on known.item_id = edge.to_id
    where label.label < known.label
    group by edge.to_id
)
select item_id, label from label;

create table full_reconcile as
with closed as (
    select
        item_group.label,
        bool_and(
            item.balance = item_settled.amount and item.amount_currency = item_settled.currency_amount
        ) as is_full
    from item_group
    inner join item on item.id = item_group.item_id
    inner join item_settled on item_settled.item_id = item_group.item_id
    group by item_group.label
),
dated as (
    select
        item_group.label, max(partial.date) as date, min(partial.id) as first_partial_id,
        min(partial.exchange_entry_id) as exchange_entry_id
    from partial
    inner join item_group on item_group.item_id = partial.debit_item_id
    group by item_group.label
)
select
    dated.*,
    closed.is_full,
    if(
        closed.is_full, row_number() over (partition by closed.is_full order by dated.date, dated.label), null
    )::integer as id
from dated
inner join closed on closed.label = dated.label;

drop table settled;
drop table settlement;
