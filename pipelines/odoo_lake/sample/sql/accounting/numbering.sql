-- Entries as Odoo shows them: numbered per journal and period, with totals. A draft has no number, unless it was
-- posted once.
create table entry_total as
with document_sums as (
    select
        item.move_id,
        -sum(item.balance) filter (item.display_type in ('product', 'rounding')) as untaxed_signed,
        -sum(item.amount_currency) filter (item.display_type in ('product', 'rounding')) as untaxed_currency_signed,
        coalesce(-sum(item.balance) filter (item.display_type = 'tax'), 0) as tax_signed,
        coalesce(-sum(item.amount_currency) filter (item.display_type = 'tax'), 0) as tax_currency_signed,
        sum(
            item.balance - coalesce(item_settled.amount, 0)
        ) filter (item.display_type = 'payment_term') as residual_signed,
        sum(
            item.amount_currency - coalesce(item_settled.currency_amount, 0)
        ) filter (item.display_type = 'payment_term') as residual_currency_signed,
        max(item.date_maturity) as date_due
    from item
    inner join document on document.id = item.move_id
    left join item_settled on item_settled.item_id = item.id
    group by item.move_id
),
entry_sums as (
    select item.move_id, sum(item.balance) as total, sum(item.amount_currency) as total_currency
    from item
    inner join entry on entry.id = item.move_id and entry.kind <> 'document'
    where item.balance > 0
    group by item.move_id
)
select
    move_id, untaxed_signed::decimal(18, 2) as untaxed_signed,
    untaxed_currency_signed::decimal(18, 2) as untaxed_currency_signed,
    tax_signed::decimal(18, 2) as tax_signed, tax_currency_signed::decimal(18, 2) as tax_currency_signed,
    (untaxed_signed + tax_signed)::decimal(18, 2) as total_signed,
    (untaxed_currency_signed + tax_currency_signed)::decimal(18, 2) as total_currency_signed,
    residual_signed::decimal(18, 2) as residual_signed,
    residual_currency_signed::decimal(18, 2) as residual_currency_signed, date_due
from document_sums
union all
select move_id, 0, 0, 0, 0, total, abs(total_currency), 0, 0, null
from entry_sums;

-- An invoice is reversed when nothing but its credit note settled it.
create table document_reversed as
with touched as (
    select debit_item_id as item_id, credit_item_id as other_id from partial
    union all
    select credit_item_id, debit_item_id from partial
)
select
    item.move_id,
    bool_and(coalesce(refund.reversed_id = item.move_id, false) or other_entry.kind = 'exchange') as only_refunds
from item
inner join document on document.id = item.move_id
inner join touched on touched.item_id = item.id
inner join item as other on other.id = touched.other_id
inner join entry as other_entry on other_entry.id = other.move_id
left join document as refund on refund.id = other.move_id
where item.display_type = 'payment_term'
group by item.move_id;

create table last_match as
with touched as (
    select debit_item_id as item_id, date from partial
    union all
    select credit_item_id, date from partial
)
select item.move_id, max(touched.date) as date
from touched
inner join item on item.id = touched.item_id
group by item.move_id;

-- Invoices that a payment without an entry covers.
create table document_in_payment as
select distinct allocation.document_id
from allocation
inner join payment on payment.payment_key = allocation.payment_key
where payment.has_no_entry;

create table move as
with prefixed as (
    select
        entry.*,
        journal.code,
        case
            when entry.kind = 'payment' then 'P'
            when entry.move_type in ('out_refund', 'in_refund') then 'R'
            else ''
        end || journal.code || '/' || if(
            journal.type in ('sale', 'bank', 'cash', 'credit'), strftime(entry.date, '%Y/'),
            strftime(entry.date, '%Y/%m/')
        ) as prefix,
        entry.state = 'posted'
            or (entry.state = 'cancel' and entry.id % 2 = 0)
            or (entry.state = 'draft' and entry.id % 9 = 0) as has_number
    from entry
    inner join journal on journal.id = entry.journal_id
),
numbered as (
    select
        *,
        if(
            has_number, row_number() over (partition by journal_id, prefix, has_number order by date, id), null
        ) as number
    from prefixed
)
select
    numbered.* exclude (code),
    case
        when has_number
            then prefix || lpad(number::varchar, if(length(prefix) - length(replace(prefix, '/', '')) = 2, 5, 4), '0')
        when getvariable('odoo_version') < 19 then '/'
    end as name,
    total.* exclude (move_id),
    case
        when numbered.kind <> 'document' or numbered.state <> 'posted' then 'not_paid'
        when total.residual_currency_signed = 0
            and coalesce(reversed.only_refunds, false)
            and numbered.move_type in ('out_invoice', 'in_invoice')
            then 'reversed'
        when total.residual_currency_signed = 0 then 'paid'
        when reversed.move_id is not null then 'partial'
        when in_payment.document_id is not null then 'in_payment'
        when getvariable('odoo_version') >= 18 and numbered.id % 211 = 5 and numbered.move_type = 'out_invoice'
            then 'blocked'
        else 'not_paid'
    end as payment_state
from numbered
left join entry_total as total on total.move_id = numbered.id
left join document_reversed as reversed on reversed.move_id = numbered.id
left join document_in_payment as in_payment on in_payment.document_id = numbered.id;
