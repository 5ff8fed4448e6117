-- Entries that an accountant writes: payroll, depreciation, accruals, stock variation of the periodic company, and a
-- few that show what must not be counted.
create table manual_line (
    entry_key varchar, company_id integer, journal_key varchar, date date, state varchar, ref varchar,
    position integer, account_id integer, partner_id integer, amount decimal(18, 2)
);

-- Month ends that have passed, with what the accountant books on each.
insert into manual_line
with booked as (
    select revenue_base.*, company.perpetual
    from revenue_base
    inner join company on company.id = revenue_base.company_id
    where revenue_base.is_complete
),
amounts as (
    select
        *,
        money(amount::double * 0.105) as salaries,
        money(amount::double * 0.038) as social,
        money(amount::double * 0.016) as depreciation,
        money(amount::double * 0.09 / 12) as prepaid,
        money(amount::double * 0.004) as other
    from booked
),
lines as (
    select
        'payroll' as kind, 'payroll' as journal_key, 'Payroll' as ref, 1 as position,
        account(company_id, 'salaries') as account_id, null::integer as partner_id, salaries as value, *
    from amounts
    union all
    select 'payroll', 'payroll', 'Payroll', 2, account(company_id, 'social'), null, social, * from amounts
    union all
    select
        'payroll', 'payroll', 'Payroll', 3, account(company_id, 'salaries_payable'), null,
        -money(salaries::double * 0.78), *
    from amounts
    union all
    select
        'payroll', 'payroll', 'Payroll', 4, account(company_id, 'social_payable'), null,
        -(salaries + social - money(salaries::double * 0.78)), *
    from amounts
    union all
    select 'depreciation', 'misc', 'Depreciation', 1, account(company_id, 'depreciation'), null, depreciation, *
    from amounts
    union all
    select
        'depreciation', 'misc', 'Depreciation', 2, account(company_id, 'accumulated_depreciation'), null,
        -depreciation, *
    from amounts
    union all
    select 'insurance', 'misc', 'Insurance of the month', 1, account(company_id, 'insurance'), null, prepaid, *
    from amounts
    union all
    select 'insurance', 'misc', 'Insurance of the month', 2, account(company_id, 'prepayments'), null, -prepaid, *
    from amounts
    union all
    -- A sublet room: the receivable is not trade, and its partner is a contact.
    select
        'sublet', 'misc', 'Sublet', 1, account(company_id, 'other_receivable'), (select min(id) from contact), other,
        *
    from amounts
    where month_no % 3 = 0
    union all
    select 'sublet', 'misc', 'Sublet', 2, account(company_id, 'other_income'), null, -other, *
    from amounts
    where month_no % 3 = 0
    union all
    select 'claim', 'misc', 'Claim', 1, account(company_id, 'exceptional'), null, money(other::double * 0.6), *
    from amounts
    where month_no % 5 = 0
    union all
    select 'claim', 'misc', 'Claim', 2, account(company_id, 'other_payable'), 10, -money(other::double * 0.6), *
    from amounts
    where month_no % 5 = 0
    union all
    -- Commissions without a customer, on an account that has been retired since.
    select 'commission', 'retired', 'Commission', 1, account(1, 'receivable'), null, money(other::double * 0.5), *
    from amounts
    where company_id = 1 and month_no <= 6
    union all
    select
        'commission', 'retired', 'Commission', 2, account(1, 'retired_income'), null, -money(other::double * 0.5), *
    from amounts
    where company_id = 1 and month_no <= 6
    union all
    select
        'group', 'misc', 'Group charges', 1,
        if(getvariable('odoo_version') >= 18, account(1, 'group_charges'), account(company_id, 'group_charges')),
        null, other, *
    from amounts
    where company_id < 3
    union all
    select 'group', 'misc', 'Group charges', 2, account(company_id, 'payable'), if(company_id = 1, 6, 1), -other, *
    from amounts
    where company_id < 3
    union all
    select 'accrual', 'misc', 'Accrued advertising', 1, account(company_id, 'marketing'), null, other, *
    from amounts
    where month_no % 4 = 1
    union all
    select 'accrual', 'misc', 'Accrued advertising', 2, account(company_id, 'consignment_payable'), null, -other, *
    from amounts
    where month_no % 4 = 1
)
select
    kind || ' ' || company_id || ' ' || month_no, company_id, journal_key, last_day,
    case when kind = 'accrual' then ['draft', 'cancel', 'draft'][1 + (month_no // 4) % 3] else 'posted' end,
    ref || ' ' || strftime(month, '%Y-%m'), position, account_id, partner_id, value
from lines
where value <> 0;

-- The periodic company brings its stock account in line at every month end: with what was billed, less what has left.
insert into manual_line
with changes as (
    select happened_at::date as date, value
    from stock_value
    where company_id = 2 and kind not in ('opening', 'receipt', 'dropship_in', 'landed', 'price_difference')
    union all
    select entry.date, item.balance
    from item
    inner join entry on entry.id = item.move_id and entry.state = 'posted' and entry.company_id = 2
    where item.account_id = account(2, 'purchases')
),
change_by_month as (
    select month.month_no, month.last_day, sum(changes.value)::decimal(18, 2) as change
    from changes
    inner join month on month.month = date_trunc('month', changes.date)::date
    where month.last_day = month_end(month.last_day)
    group by all
),
opening as (
    select 0 as month_no, getvariable('start')::date as last_day, coalesce(sum(value), 0)::decimal(18, 2) as change
    from stock_value
    where company_id = 2 and kind = 'opening'
)
select
    'variation ' || month_no, 2, 'misc', last_day, 'posted', 'Stock variation', side.position,
    case
        when side.position = 1 then account(2, 'stock_valuation')
        when month_no = 0 then account(2, 'retained_earnings')
        else account(2, 'stock_variation')
    end,
    null, if(side.position = 1, change, -change)
from (select * from change_by_month union all select * from opening)
cross join (values (1), (2)) as side (position)
where change <> 0;

-- Guarantees off the balance sheet.
insert into manual_line
select
    'guarantee ' || company.id, company.id, 'misc', getvariable('start')::date + 14, 'posted', 'Guarantee received',
    side.position, account(company.id, if(side.position = 1, 'guarantees', 'guarantees_contra')), null,
    if(side.position = 1, 50000, -50000)
from company
cross join (values (1), (2)) as side (position);

-- Each quarter the tax that was received, less what was paid, becomes a debt to the tax office.
insert into manual_line
with collected as (
    select
        entry.company_id,
        item.account_id,
        date_trunc('quarter', entry.date)::date as quarter,
        sum(item.balance)::decimal(18, 2) as balance
    from item
    inner join entry on entry.id = item.move_id
    where entry.state = 'posted' and item.account_id in (select account_id from tax)
    group by all
),
closed as (
    select * from collected where balance <> 0 and last_day(quarter + interval 2 month) < getvariable('today')::date
)
select
    'tax ' || company_id || ' ' || quarter, company_id, 'misc', last_day(quarter + interval 2 month), 'posted',
    'Tax return', row_number() over (partition by company_id, quarter order by account_id), account_id, null, -balance
from closed
union all
select
    'tax ' || company_id || ' ' || quarter, company_id, 'misc', last_day(quarter + interval 2 month), 'posted',
    'Tax return', 9, account(company_id, 'tax_payable'), null, sum(balance)
from closed
group by company_id, quarter;
