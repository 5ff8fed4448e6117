-- What running the company costs, as shares of its revenue: bills of the landlord and the like, and the base for
-- payroll, depreciation and the rest.
delete from document where id not in (select document_id from document_line);
delete from document where reversed_id is not null and reversed_id not in (select id from document);
delete from document_line where document_id not in (select id from document);

create macro document_sign(move_type) as if(move_type in ('out_invoice', 'in_refund', 'out_receipt'), -1, 1);

-- Average revenue of a month, growing with the business; the last month counts as far as it has come.
create table revenue_base as
with invoiced as (
    select document.company_id, -sum(document_sign(document.move_type) * line.subtotal / daily_rate.rate) as revenue
    from document_line as line
    inner join document on document.id = line.document_id
    inner join daily_rate
        on daily_rate.company_id = document.company_id
        and daily_rate.currency_id = document.currency_id
        and daily_rate.date = document.invoice_date
    where document.move_type in ('out_invoice', 'out_refund', 'out_receipt')
        and document.state = 'posted'
        and line.display_type = 'product'
    group by document.company_id
),
months as (
    select *, sum(weight) over () as total_weight, sum(weight) over () / count(*) over () as mean_weight from month
)
select
    company.id as company_id,
    months.month_no,
    months.month,
    months.first_day,
    months.last_day,
    months.last_day = month_end(months.last_day) as is_complete,
    -- Costs follow the season less than sales do.
    money(
        coalesce(invoiced.revenue, 0) / 36.7 * (
            0.7 + 0.3 * months.weight / months.mean_weight
        ) * (0.9 + 0.2 * months.month_no / 37.0)
    ) as amount
from months
cross join company
left join invoiced on invoiced.company_id = company.id;

create table overhead as
select *
from (
    values
    (1, 1, 'rent', 0.030, 1, 1, 'Rent'), (2, 2, 'utilities', 0.010, 1, 12, 'Energy'),
    (3, 3, 'marketing', 0.022, 1, 8, 'Advertising'), (4, 4, 'software', 0.030, 3, 5, 'Licences and telephone'),
    (5, 5, 'prepayments', 0.090, 12, 3, 'Insurance for a year'), (6, 6, 'supplies', 0.018, 3, 17, 'Office supplies'),
    (7, 3, 'travel', 0.018, 3, 20, 'Fair and travel'), (8, 6, 'fixed_assets', 0.120, 12, 15, 'Equipment'),
    (9, 4, 'subcontracting', 0.024, 3, 22, 'Subcontracted assembly'),
    (10, 5, 'deposits', 0.020, 36, 2, 'Rent deposit')
) as listed (no, vendor_n, account_key, share, every_months, day, label);

set variable document_base = (select max(id) from document);

insert into document
with due as (
    select
        revenue_base.company_id * 100000 + overhead.no * 1000 + revenue_base.month_no as source_id,
        revenue_base.*,
        overhead.*,
        revenue_base.month + overhead.day as invoice_date
    from revenue_base
    cross join overhead
    where (revenue_base.month_no - 1) % overhead.every_months = 0
        and revenue_base.month + overhead.day < getvariable('today')::date
),
booked as (
    select
        *,
        -- Bills of the power company come weeks late.
        if(no = 2 and invoice_date + 27 < getvariable('today')::date, invoice_date + 27, invoice_date) as date,
        row_number() over (order by invoice_date, source_id)::integer as number
    from due
)
select
    getvariable('document_base') + booked.number, 'overhead', booked.source_id, 'in_invoice', booked.company_id,
    vendor.id, vendor.id, null, company.currency_id, booked.invoice_date, booked.date,
    if(booked.invoice_date > getvariable('today')::date - 25 and booked.no in (2, 3), 'draft', 'posted'),
    vendor.payment_term_id, null, null, null, false, null,
    booked.label || ' ' || strftime(booked.invoice_date, '%Y-%m'), 2, 7,
    recorded('overhead', booked.source_id, moment('overhead', booked.source_id, booked.date))
from booked
inner join vendor on vendor.n = booked.vendor_n
inner join company on company.id = booked.company_id;

insert into document_line
with bill as (
    select document.*, overhead.*, revenue_base.amount
    from document
    inner join overhead on overhead.no = (document.source_id % 100000) // 1000
    inner join revenue_base on revenue_base.company_id = document.company_id
        and revenue_base.month_no = document.source_id % 1000
    where document.kind = 'overhead'
)
select
    id, 10, 'product', null,
    account(company_id, 'rent') - getvariable('account_no')['rent'] + getvariable('account_no')[account_key],
    null, 1, money(amount::double * share * (0.9 + 0.2 * roll('overhead amount', source_id))), 0,
    money(amount::double * share * (0.9 + 0.2 * roll('overhead amount', source_id))), 4, tax_rate(company_id, 4),
    null, null, null, null, null, label, false, null
from bill;

-- Small expenses handed in by employees, paid at once.
set variable document_base = (select max(id) from document);

insert into document
select
    getvariable('document_base') + row_number() over (order by month.month), 'expense_receipt', month.month_no,
    'in_receipt', 1, vendor.id, vendor.id, null, 2, month.first_day + 19, month.first_day + 19, 'posted', 1, null,
    null, null, false, null, 'Expenses', 0, 7,
    recorded('expense receipt', month.month_no, moment('expense receipt', month.month_no, month.first_day + 19))
from month
inner join vendor on vendor.n = 6
where month.last_day >= month.first_day + 19;

insert into document_line
select
    id, 10, 'product', null, account(1, 'travel'), null, 1, money(30 + 300 * roll('expense', source_id)), 0,
    money(30 + 300 * roll('expense', source_id)), 4, tax_rate(1, 4), null, null, null, null, null, 'Taxi and meals',
    false, null
from document
where kind = 'expense_receipt';
