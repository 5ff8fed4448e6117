-- Chart of accounts, journals, taxes and terms in Odoo's columns.
create view odoo.account_account as
select
    id,
    company_id,
    code,
    case
        when key = 'group_charges' then json_object('1', '628000', '2', '6600')
        else json_object(company_id::varchar, code)
    end as code_store,
    name,
    account_type,
    if(account_type = 'off_balance', 'off_balance', split_part(account_type, '_', 1)) as internal_group,
    split_part(account_type, '_', 1) not in ('income', 'expense') as include_initial_balance,
    reconcile,
    if(key = 'bank_foreign', 1, null) as currency_id,
    key = 'retired_income' as deprecated,
    key <> 'retired_income' as active,
    key in ('other_receivable', 'other_payable') as non_trade,
    account_type = 'off_balance' as is_off_balance,
    ascii(code[1]) * 1000 + ascii(code[2]) as root_id,
    if(id % 9 = 0, 'Ask the auditor first. CANARY-drop', null) as note
from account;

create view odoo.account_account_res_company_rel as
select id as account_account_id, company_id as res_company_id from account
union all
select id, 2 from account where key = 'group_charges' and company_id = 1;

create view odoo.account_account_tag as
select id, name, 'accounts' as applicability
from (
    values (1, 'Operating activities'),
    (2, 'Financing activities'), (3, 'Investing activities')
) as listed (id, name);

create view odoo.account_account_account_tag as
select
    id as account_account_id,
    case
        when account_type like 'asset_fixed%' then 3
        when account_type in ('equity', 'liability_non_current') then 2
        else 1
    end as account_account_tag_id
from account
where id % 3 = 0;

create view odoo.account_group as
select
    row_number() over (order by company.id, listed.prefix)::integer as id, company.id as company_id,
    listed.prefix as code_prefix_start, listed.prefix as code_prefix_end, listed.name
from company
cross join (values ('6', 'Expenses'), ('7', 'Income')) as listed (prefix, name)
where company.id = company.root_id;

create view odoo.account_journal as
select
    id,
    company_id,
    code,
    name,
    type,
    default_account_id,
    if(type in ('bank', 'cash', 'credit'), account(company_id, 'suspense'), null) as suspense_account_id,
    currency_id,
    no as sequence,
    key <> 'retired' as active,
    type in ('sale', 'purchase') as refund_sequence,
    type in ('bank', 'cash', 'credit') as payment_sequence,
    true as show_on_dashboard
from (select journal.*, journal_line.no from journal inner join journal_line on journal_line.key = journal.key);

create view odoo.account_payment_method as
select id, name, code, payment_type
from (
    values (1, 'Manual Payment', 'manual', 'inbound'),
    (2, 'Manual Payment', 'manual', 'outbound')
) as listed (id, name, code, payment_type);

create view odoo.account_payment_method_line as
select
    journal.id * 2 + 1 + direction.no as id,
    10 as sequence,
    1 + direction.no as payment_method_id,
    journal.id as journal_id,
    'Manual Payment' as name,
    -- Company 2 books on the bank account itself; without an outstanding account a payment has no entry from 18 on.
    if(
        journal.type = 'bank' and journal.company_id <> 2,
        account(journal.company_id, if(direction.no = 0, 'outstanding_receipts', 'outstanding_payments')), null
    ) as payment_account_id
from journal
cross join (values (0), (1)) as direction (no)
where journal.type in ('bank', 'cash', 'credit');

create view odoo.account_tax_group as
select
    company_id as id, company_id, 'Taxes' as name, if(company_id = 2, 233, 75) as country_id,
    account(company_id, 'tax_payable') as tax_payable_account_id,
    account(company_id, 'tax_payable') as tax_receivable_account_id
from chart;

create view odoo.account_tax as
select
    id, company_id, name, type_tax_use, 'percent' as amount_type, rate as amount, rate::double as real_amount,
    no as sequence, company_id as tax_group_id,
    if(company_id = 2, 233, 75) as country_id, name as description, name as invoice_label, true as active,
    no % 3 <> 0 as is_domestic
from tax;

create view odoo.account_tax_repartition_line as
select
    id, tax_id, if(document_type = 'invoice', tax_id, null) as invoice_tax_id,
    if(document_type = 'refund', tax_id, null) as refund_tax_id,
    company_id, document_type, repartition_type, account_id, 1 as sequence,
    repartition_type = 'tax' as use_in_tax_closing,
    100::decimal(9, 2) as factor_percent
from tax_repartition;

create view odoo.account_fiscal_position as
select
    row_number() over (order by company.id, listed.name)::integer as id, company.id as company_id, listed.name,
    listed.auto_apply
from company
cross join (values ('Domestic', true), ('Export', true)) as listed (name, auto_apply)
where company.id = company.root_id;

create view odoo.account_payment_term as
select
    id, name, id as sequence, if(id = 7, 2, null) as company_id, id = 6 as early_discount,
    if(id = 6, 2, null)::double as discount_percentage,
    if(id = 6, 7, null) as discount_days, if(id = 6, 'included', null) as early_pay_discount_computation,
    id <> 7 as display_on_invoice
from payment_term;

create view odoo.account_payment_term_line as
select
    id,
    term_id as payment_id,
    -- Until 16 the last line is the balance.
    if(
        getvariable('odoo_version') = 16 and position = max(position) over (partition by term_id), 'balance',
        'percent'
    ) as value,
    percent::decimal(9, 6) as value_amount,
    days as nb_days,
    days,
    0 as months,
    end_of_month as end_month,
    if(end_of_month, 'days_after_end_of_month', 'days_after') as delay_type,
    '10' as days_next_month
from payment_term_line;

create view odoo.account_cash_rounding as
select
    1 as id, 'Five cents' as name, 0.05::double as rounding, 'biggest_tax' as strategy, 'HALF-UP' as rounding_method;

create view odoo.account_incoterms as
select id, code, name
from (
    values (1, 'EXW', 'EX WORKS'),
    (2, 'DAP', 'DELIVERED AT PLACE'), (3, 'FCA', 'FREE CARRIER')
) as listed (id, code, name);

create view odoo.account_lock_exception as
select
    1 as id, 1 as company_id, 6 as user_id, 'Late freight bill' as reason, 'fiscalyear_lock_date' as lock_date_field,
    getvariable('start')::date as lock_date, true as active;

-- Plans and accounts of analytic accounting: projects and departments.
create view odoo.account_analytic_plan as
select id, name, id as sequence, name as complete_name, id || '/' as parent_path, 0 as color
from (values (1, 'Projects'), (2, 'Departments')) as listed (id, name);

create table analytic_account as
select id, name, 2 as plan_id, null::integer as company_id
from (values (1, 'Sales department'), (2, 'Marketing department'), (3, 'Headquarters')) as listed (id, name)
union all
select (100 + n)::integer, 'Project ' || n, 1, if(n % 4 = 0, 2, 1)
from range(1, getvariable('projects')::bigint + 1) as numbers (n);

create view odoo.account_analytic_account as
select id, name, 'A' || id as code, plan_id, plan_id as root_plan_id, company_id from analytic_account;

create view odoo.account_analytic_distribution_model as
select 1 as id, 1 as company_id, '{"1": 100.0}'::json as analytic_distribution, '623' as account_prefix;
