-- Lines of bank statements. Companies 1 and 3 work from the bank's statements; company 2 books payments on the bank
-- account at once, and its imported lines stay drafts.
create table direct_bank (
    company_id integer, date date, amount decimal(18, 2), account_id integer, label varchar, partner_id integer
);

insert into direct_bank
with paid as (
    -- Group charges are paid two months later, claims never.
    select
        manual_line.*,
        coalesce(listed.days, if(journal_key = 'misc' and ref like 'Group charges%', 60, null)) as days
    from manual_line
    left join (
        values ('salaries_payable', 1), ('social_payable', 15), ('tax_payable', 20), ('other_receivable', 20)
    ) as listed (account_key, days)
        on manual_line.account_id = (
            chart_of(manual_line.company_id) - 1
        ) * 100 + getvariable('account_no')[listed.account_key]
    where listed.days is not null or manual_line.account_id = account(manual_line.company_id, 'payable')
)
select company_id, date + days, amount, account_id, ref, partner_id
from paid
union all
select
    company_id, first_day + fee.day, -money(amount::double * fee.share),
    case fee.no
        when 1 then account(company_id, 'bank_fees')
        when 2 then account(company_id, 'interest')
        else account(company_id, 'loan')
    end,
    fee.label, null
from revenue_base
cross join (
    values (1, 27, 0.0012, 'Account fees'),
    (2, 24, 0.0030, 'Interest'), (3, 24, 0.0100, 'Loan repayment')
) as fee (no, day, share, label)
where is_complete
union all
select company_id, first_day + 3, money(amount::double * 0.9), account(company_id, 'loan'), 'Loan paid out', null
from revenue_base
where month_no = 1
union all
select 1, date + 2, (amount + tax - cash)::decimal(18, 2), account(1, 'card_clearing'), 'Card terminal ' || shop, null
from counter_total
union all
select
    1, month_end(min(date)) + 8, -sum(cost)::decimal(18, 2), account(1, 'consignment_payable'),
    'Consignor ' || strftime(min(date), '%Y-%m'), null
from counter_total
group by date_trunc('month', date)
union all
select
    1, month_end(min(payment.date)) + 5, -sum(payment.company_amount)::decimal(18, 2), account(1, 'credit_card'),
    'Card statement ' || strftime(min(payment.date), '%Y-%m'), null
from payment
where journal_key = 'credit_card' and state = 'posted'
group by date_trunc('month', payment.date)
union all
-- Money that nobody has explained yet.
select
    company_id, getvariable('today')::date - 2 - 3 * n::integer,
    money((100 + 900 * roll('unexplained', company_id * 10 + n)) * if(n % 3 = 0, -1, 1)),
    account(company_id, 'suspense'), 'Transfer ' || n, null
from (values (1), (3)) as banks (company_id)
cross join range(1, 6) as numbers (n);

-- What company 2 pays from its bank account without a statement.
insert into manual_line
with numbered as (
    select *, row_number() over (order by date, label, amount, account_id) as n
    from direct_bank
    where company_id = 2 and date < getvariable('today')::date and amount <> 0
)
select
    'bank ' || n, company_id, 'bank', date, 'posted', label, side.position,
    if(side.position = 1, account(2, 'bank'), account_id), if(side.position = 1, null, partner_id),
    if(side.position = 1, amount, -amount)
from numbered
cross join (values (1), (2)) as side (position);

create table bank_line as
with of_payments as (
    select
        payment.id as payment_id, payment.company_id, payment.journal_id, payment.journal_key,
        payment.date + dice('bank delay', payment.id, 1, 4) as date,
        payment.currency_id, (if(payment.is_inbound, 1, -1) * payment.amount)::decimal(18, 2) as amount,
        payment.liquidity_account_id as account_id,
        payment.commercial_id as partner_id, 'Payment ' || payment.id as label, 'posted' as state
    from payment
    where payment.awaits_bank and payment.state = 'posted' and payment.id % 23 <> 3
),
direct as (
    select
        null::integer, direct_bank.company_id, journal(direct_bank.company_id, 'bank'), 'bank', date,
        company.currency_id, amount, account_id, direct_bank.partner_id, label, 'posted'
    from direct_bank
    inner join company on company.id = direct_bank.company_id
    where direct_bank.company_id <> 2 and amount <> 0
),
imported as (
    select
        null::integer, 2, journal(2, 'bank'), 'bank', date + 1, currency_id,
        (if(is_inbound, 1, -1) * amount)::decimal(18, 2), account(2, 'suspense'), null::integer, 'Imported ' || id,
        'draft'
    from payment
    where company_id = 2 and state = 'posted' and date > getvariable('today')::date - 120 and currency_id = 1
),
every_line as (
    select * from of_payments
    union all
    select * from direct
    union all
    select * from imported
),
converted as (
    select
        every_line.*,
        if(every_line.journal_key = 'bank_foreign', 1, company.currency_id) as journal_currency_id,
        company.currency_id as company_currency_id,
        money(every_line.amount::double / line_rate.rate::double) as company_amount
    from every_line
    inner join company on company.id = every_line.company_id
    inner join daily_rate as line_rate
        on line_rate.company_id = every_line.company_id
        and line_rate.currency_id = every_line.currency_id
        and line_rate.date = every_line.date
    where every_line.date < getvariable('today')::date
)
select
    row_number() over (order by date, payment_id nulls last, company_id, label, amount)::integer as id,
    *,
    if(currency_id = journal_currency_id, amount, company_amount) as journal_amount,
    1 + row_number() over (
        partition by journal_id, date order by payment_id nulls last, label, amount
    )::integer as sequence
from converted;

set variable entry_base = (select max(id) from entry);

set variable item_base = (select max(id) from item);

insert into entry
select
    getvariable('entry_base') + id, 'bank', id, 'entry', journal_id, company_id, journal_currency_id, date, state,
    partner_id, null,
    recorded('bank line', id, date::timestamp + to_seconds(dice('bank line time', id, 86400, 118800)))
from bank_line;

insert into item by name
select
    (getvariable('item_base') + bank_line.id * 2 - 1 + side.no)::integer as id,
    (getvariable('entry_base') + bank_line.id)::integer as move_id,
    side.no + 1 as sequence,
    'product' as display_type,
    case
        when side.no = 1 then bank_line.account_id
        when bank_line.journal_key = 'bank_foreign' then account(1, 'bank_foreign')
        else bank_account(bank_line.company_id)
    end as account_id,
    bank_line.partner_id,
    (if(side.no = 0, 1, -1) * bank_line.company_amount)::decimal(18, 2) as balance,
    if(side.no = 0, bank_line.journal_currency_id, bank_line.currency_id) as currency_id,
    (if(side.no = 0, bank_line.journal_amount, -bank_line.amount))::decimal(18, 2) as amount_currency,
    bank_line.label as name
from bank_line
cross join (values (0), (1)) as side (no)
order by id;

insert into settlement
select
    if(bank_line.amount > 0, outstanding_item(payment_id), getvariable('item_base') + bank_line.id * 2),
    if(bank_line.amount > 0, getvariable('item_base') + bank_line.id * 2, outstanding_item(payment_id)),
    abs(bank_line.amount),
    bank_line.date
from bank_line
where payment_id is not null;

set variable bank_entry_base = getvariable('entry_base');
