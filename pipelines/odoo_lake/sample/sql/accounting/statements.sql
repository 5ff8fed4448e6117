-- Bank statements: one a month for the banks that are worked from statements, and none for the newest lines.
create table statement as
with statement_month as (
    select
        bank_line.journal_id,
        bank_line.company_id,
        bank_line.journal_currency_id,
        date_trunc('month', bank_line.date)::date as month,
        sum(bank_line.journal_amount)::decimal(18, 2) as amount,
        max(bank_line.date) as date,
        min(
            strftime(bank_line.date, '%Y%m%d') || lpad(
                (2147483647 - bank_line.sequence)::varchar, 10, '0'
            ) || lpad(bank_line.id::varchar, 10, '0')
        ) as first_line_index
    from bank_line
    where bank_line.state = 'posted'
    group by all
),
opened as (
    select
        statement_month.*,
        coalesce(
            sum(manual_line.amount * if(journal.key = 'bank_foreign', daily_rate.rate, 1)), 0
        )::decimal(18, 2) as opening
    from statement_month
    inner join journal on journal.id = statement_month.journal_id
    left join manual_line on manual_line.account_id = journal.default_account_id
        and manual_line.entry_key like 'opening%'
    left join daily_rate on daily_rate.company_id = 1
        and daily_rate.currency_id = 1
        and daily_rate.date = manual_line.date
    group by all
),
running as (
    select
        *,
        (
            opening + sum(amount) over (
                partition by journal_id
                order by month
                rows between unbounded preceding and current row
            )
        )::decimal(18, 2) as balance_end,
        row_number() over (order by month, journal_id)::integer as id
    from opened
    where month < date_trunc('month', getvariable('today')::date)
)
select
    *,
    (balance_end - amount)::decimal(18, 2) as balance_start,
    -- Once somebody mistyped the balance.
    (balance_end + if(id % 31 = 8, 9, 0))::decimal(18, 2) as balance_end_real
from running;

create table bank_line_statement as
select bank_line.id as bank_line_id, statement.id as statement_id
from bank_line
inner join statement on statement.journal_id = bank_line.journal_id
    and statement.month = date_trunc('month', bank_line.date)
where bank_line.state = 'posted';

create view odoo.account_bank_statement as
select
    id,
    company_id,
    journal_id,
    journal_currency_id as currency_id,
    'Statement ' || strftime(month, '%Y-%m') as name,
    first_line_index,
    date,
    balance_start,
    balance_end,
    balance_end_real,
    balance_end = balance_end_real as is_complete,
    recorded('statement', id, date::timestamp + interval 32 hour) as create_date,
    recorded('statement', id, date::timestamp + interval 32 hour) as write_date
from statement;

create view odoo.account_bank_statement_line as
select
    bank_line.id,
    (getvariable('bank_entry_base') + bank_line.id)::integer as move_id,
    bank_line.journal_id,
    bank_line.company_id,
    bank_line_statement.statement_id,
    bank_line.sequence,
    bank_line.partner_id,
    bank_line.journal_currency_id as currency_id,
    if(bank_line.currency_id <> bank_line.journal_currency_id, bank_line.currency_id, null) as foreign_currency_id,
    if(
        bank_line.currency_id <> bank_line.journal_currency_id, bank_line.amount, 0
    )::decimal(18, 2) as amount_currency,
    bank_line.label as payment_ref,
    'FR76' || lpad((bank_line.id * 7919 % 100000000)::varchar, 10, '0') as account_number,
    partner_root.name as partner_name,
    strftime(bank_line.date, '%Y%m%d') || lpad(
        (2147483647 - bank_line.sequence)::varchar, 10, '0'
    ) || lpad(bank_line.id::varchar, 10, '0') as internal_index,
    bank_line.journal_amount as amount,
    bank_line.state = 'posted' and bank_line.account_id <> account(bank_line.company_id, 'suspense') as is_reconciled,
    if(
        bank_line.state = 'posted' and bank_line.account_id <> account(bank_line.company_id, 'suspense'), 0,
        -bank_line.journal_amount
    ) as amount_residual,
    move.created_at as create_date,
    move.created_at as write_date
from bank_line
inner join move on move.id = getvariable('bank_entry_base') + bank_line.id
left join bank_line_statement on bank_line_statement.bank_line_id = bank_line.id
left join partner_root on partner_root.id = bank_line.partner_id;
