-- How what is due is settled: by credit notes first, then by payments, late, in part, together or never. A settlement
-- matches one debit with one credit item for an amount in the currency of both.
create table settlement (
    debit_item_id integer, credit_item_id integer, amount decimal(18, 2), date date
);

create table due_item as
select
    item.id, item.account_id, item.balance, item.currency_id, item.amount_currency, item.date_maturity,
    document.id as document_id, document.kind,
    document.move_type, document.company_id, document.commercial_id, document.invoice_date, document.date,
    document.days_late, document.reversed_id, document.settles_reversed
from item
inner join document on document.id = item.move_id
where item.display_type = 'payment_term' and document.state = 'posted' and item.amount_currency <> 0;

-- Credit notes of an invoice lie one after the other along its instalments, counted from the last one.
insert into settlement
with refunds as (
    select
        *,
        sum(abs(amount_currency)) over (
            partition by reversed_id order by date, id rows between unbounded preceding and current row
        ) as amount_to
    from due_item
    where settles_reversed
),
instalments as (
    select
        *,
        sum(abs(amount_currency)) over (
            partition by document_id order by date_maturity desc,
            id desc rows between unbounded preceding and current row
        ) as amount_to
    from due_item
    where document_id in (select reversed_id from refunds)
),
crossing as (
    select
        refunds.id as refund_item_id,
        instalments.id as instalment_id,
        instalments.amount_currency > 0 as is_sale,
        least(refunds.amount_to, instalments.amount_to)
        - greatest(
            refunds.amount_to - abs(refunds.amount_currency), instalments.amount_to - abs(instalments.amount_currency)
        ) as amount,
        greatest(refunds.date, instalments.date) as date
    from refunds
    inner join instalments on instalments.document_id = refunds.reversed_id
)
select if(is_sale, instalment_id, refund_item_id), if(is_sale, refund_item_id, instalment_id), amount, date
from crossing
where amount > 0;

create table allocation as
with refunded as (
    select item_id, sum(amount) as amount
    from (
        select debit_item_id as item_id, amount
        from settlement
        union all select credit_item_id, amount
        from settlement
    ) as sides
    group by item_id
),
remaining as (
    select
        due_item.*,
        due_item.amount_currency > 0 as is_inbound,
        due_item.move_type like 'out_%' as is_customer,
        (abs(due_item.amount_currency) - coalesce(refunded.amount, 0))::decimal(18, 2) as remaining,
        -- Some credit notes are left to stand, others are paid out; cash changes hands at once.
        case
            when due_item.move_type in ('out_receipt', 'in_receipt') then due_item.date
            when due_item.move_type in ('out_refund', 'in_refund') then due_item.date + 20
            when due_item.move_type = 'in_invoice'
                then greatest(due_item.date, due_item.date_maturity + dice('vendor paid', due_item.id, -3, 8))
            else greatest(
                due_item.date,
                due_item.date_maturity + due_item.days_late + round(5 * bell('customer pays', due_item.id))::integer
            )
        end as pay_date,
        case
            when due_item.move_type in ('out_receipt', 'in_receipt') then 'full'
            when due_item.move_type in ('out_refund', 'in_refund') then if(due_item.id % 3 = 0, 'full', 'never')
            when due_item.id % 59 = 7 and due_item.move_type = 'out_invoice' then 'never'
            when due_item.id % 43 = 5 then 'part'
            when due_item.id % 17 = 3 then 'twice'
            when due_item.commercial_id % 5 = 2 and due_item.kind in ('invoice', 'bill') then 'together'
            else 'full'
        end as manner
    from due_item
    left join refunded on refunded.item_id = due_item.id
),
paid as (
    select
        due.* exclude (date),
        occasion.no as occasion,
        due.pay_date + if(occasion.no = 2, dice('second payment', due.id, 12, 40), 0) as date,
        case
            when due.manner = 'part' then round(due.remaining::double * 0.45, currency.decimal_places)
            when due.manner = 'twice' and occasion.no = 1
                then round(due.remaining::double * 0.6, currency.decimal_places)
            when due.manner = 'twice' then due.remaining - round(due.remaining::double * 0.6, currency.decimal_places)
            else due.remaining
        end::decimal(18, 2) as amount
    from remaining as due
    inner join currency on currency.id = due.currency_id
    cross join (values (1), (2)) as occasion (no)
    where due.manner <> 'never' and due.remaining > 0 and (occasion.no = 1 or due.manner = 'twice')
),
keyed as (
    select
        *,
        -- One payment for all that a partner owes in a month; otherwise one for each.
        case
            when manner = 'together'
                then hash(company_id, commercial_id, currency_id, is_inbound, date_trunc('month', date))
            else hash(id, occasion)
        end as payment_key
    from paid
    where amount > 0
)
select
    id as item_id, company_id, commercial_id, currency_id, account_id, is_inbound, is_customer, manner, move_type,
    document_id, kind, amount, payment_key,
    max(date) over (partition by payment_key) as date
from keyed;

delete from allocation where date >= getvariable('today')::date;

create table payment as
with planned as (
    select
        payment_key, company_id, commercial_id, currency_id, account_id, is_inbound, is_customer, date,
        sum(amount)::decimal(18, 2) as amount,
        min(item_id) as first_item_id, max(manner) as manner, max(move_type) as move_type, 'posted' as state
    from allocation
    group by payment_key, company_id, commercial_id, currency_id, account_id, is_inbound, is_customer, date
    union all
    -- On account, not assigned to any invoice; and what never became effective.
    select
        hash('on account', document_id), company_id, commercial_id, currency_id, account_id, true, true, date + 3,
        round(amount_currency::double * 0.3, if(currency_id = 4, 0, 2))::decimal(18, 2), id, 'on account', move_type,
        ['posted', 'draft', 'cancel', 'posted'][1 + (eligible_no // 25) % 4]
    from (
        select *, row_number() over (order by id) as eligible_no
        from due_item
        where kind = 'invoice' and date + 3 < getvariable('today')::date and date_maturity - invoice_date < 40
    )
    where eligible_no % 25 = 3
    union all
    select
        hash('prepaid', document_id), company_id, commercial_id, currency_id, account_id, false, false, date,
        round(-amount_currency::double * 0.2, if(currency_id = 4, 0, 2))::decimal(18, 2),
        id, 'on account', move_type, 'posted'
    from due_item
    where kind = 'bill' and id % 61 = 11
    union all
    -- The till is emptied into the bank every month: out of the one journal, into the other.
    select
        hash('till', date_trunc('month', counter_total.date), side.is_inbound), 1, 1, 2,
        account(1, 'liquidity_transfer'), side.is_inbound, false, month_end(max(counter_total.date)),
        money(sum(counter_total.cash)::double * 0.8), 0, 'transfer', side.journal_key, 'posted'
    from counter_total
    cross join (values (false, 'cash'), (true, 'bank')) as side (is_inbound, journal_key)
    group by date_trunc('month', counter_total.date), side.is_inbound, side.journal_key
    having month_end(max(counter_total.date)) < getvariable('today')::date
),
routed as (
    select
        planned.*,
        case
            when planned.manner = 'transfer' then planned.move_type
            when planned.move_type in ('out_receipt', 'in_receipt') then 'cash'
            when planned.company_id = 1
                and planned.currency_id = 1
                and (planned.is_inbound or planned.first_item_id % 4 = 0)
                then 'bank_foreign'
            when planned.company_id = 1
                and not planned.is_customer
                and planned.first_item_id % 13 = 4
                and getvariable('odoo_version') >= 18
                then 'credit_card'
            else 'bank'
        end as journal_key,
        -- From 18 on a payment may do without an entry; its invoice stays open in the ledger.
        getvariable('odoo_version') >= 18 and planned.company_id = 2 and planned.is_customer and planned.is_inbound
            and planned.manner <> 'on account'
            and row_number() over (
                partition by planned.company_id, planned.is_inbound order by planned.first_item_id,
                planned.payment_key
            ) % 20 = 3
            as has_no_entry
    from planned
    where planned.amount > 0
),
numbered as (
    select *, row_number() over (order by date, first_item_id, payment_key)::integer as id from routed
)
select
    numbered.*,
    company.currency_id as company_currency_id,
    daily_rate.rate,
    money(numbered.amount::double / daily_rate.rate::double) as company_amount,
    journal(numbered.company_id, numbered.journal_key) as journal_id,
    case
        when numbered.journal_key = 'cash' then account(numbered.company_id, 'cash')
        when numbered.journal_key = 'credit_card' then account(numbered.company_id, 'credit_card')
        -- Company 2 books on the bank account at once.
        when numbered.company_id = 2 then account(2, 'bank')
        when numbered.is_inbound then account(numbered.company_id, 'outstanding_receipts')
        else account(numbered.company_id, 'outstanding_payments')
    end as liquidity_account_id,
    numbered.company_id <> 2 and numbered.journal_key in ('bank', 'bank_foreign') as awaits_bank,
    recorded('payment', numbered.id, moment('payment', numbered.id, numbered.date)) as created_at
from numbered
inner join company on company.id = numbered.company_id
inner join daily_rate
    on daily_rate.company_id = numbered.company_id
    and daily_rate.currency_id = numbered.currency_id
    and daily_rate.date = numbered.date;

-- The entry of a payment: the money first, then what it is for.
set variable entry_base = (select max(id) from entry);

set variable item_base = (select max(id) from item);

insert into entry
select
    getvariable('entry_base') + id, 'payment', id, 'entry', journal_id, company_id, currency_id, date, state,
    commercial_id,
    case
        when manner = 'transfer' then 'Internal transfer'
        when is_customer then 'Customer payment'
        else 'Vendor payment'
    end,
    created_at
from payment
where not has_no_entry;

insert into item by name
select
    (getvariable('item_base') + payment.id * 2 - 1 + side.no)::integer as id,
    getvariable('entry_base') + payment.id as move_id,
    side.no + 1 as sequence,
    if(side.no = 0 or payment.manner = 'transfer', 'product', 'payment_term') as display_type,
    if(side.no = 0, payment.liquidity_account_id, payment.account_id) as account_id,
    payment.commercial_id as partner_id,
    (side.sign * if(payment.is_inbound, 1, -1) * payment.company_amount)::decimal(18, 2) as balance,
    payment.currency_id,
    (side.sign * if(payment.is_inbound, 1, -1) * payment.amount)::decimal(18, 2) as amount_currency,
    payment.date as date_maturity,
    case
        when payment.manner = 'transfer' then 'Internal transfer'
        when payment.is_customer then 'Customer payment'
        else 'Vendor payment'
    end as name
from payment
cross join (values (0, 1), (1, -1)) as side (no, sign)
where not payment.has_no_entry
order by id;

insert into settlement
select
    if(allocation.is_inbound, allocation.item_id, getvariable('item_base') + payment.id * 2),
    if(allocation.is_inbound, getvariable('item_base') + payment.id * 2, allocation.item_id),
    allocation.amount,
    payment.date
from allocation
inner join payment on payment.payment_key = allocation.payment_key and not payment.has_no_entry;

insert into settlement
select
    getvariable('item_base') + outgoing.id * 2, getvariable('item_base') + incoming.id * 2, outgoing.amount,
    outgoing.date
from payment as outgoing
inner join payment as incoming on incoming.manner = 'transfer'
    and incoming.is_inbound
    and incoming.date = outgoing.date
where outgoing.manner = 'transfer' and not outgoing.is_inbound;

create macro outstanding_item(payment) as (getvariable('payment_item_base') + payment * 2 - 1)::integer;

set variable payment_item_base = getvariable('item_base');

set variable payment_entry_base = getvariable('entry_base');
