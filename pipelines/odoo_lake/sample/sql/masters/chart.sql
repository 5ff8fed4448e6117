-- The chart of accounts, journals, taxes and payment terms. A branch uses its root's.
create table chart_line as
select *
from (
    values
    (1, 'receivable', '411000', '1100', 'Trade receivables', 'asset_receivable', true),
    (2, 'payable', '401000', '2000', 'Trade payables', 'liability_payable', true),
    (3, 'other_receivable', '467100', '1190', 'Other receivables', 'asset_receivable', true),
    (4, 'other_payable', '467200', '2190', 'Other payables', 'liability_payable', true),
    (5, 'stock_valuation', '310000', '1300', 'Stock valuation', 'asset_current', false),
    (6, 'stock_received', '408000', '1310', 'Stock interim (received)', 'asset_current', true),
    (7, 'stock_delivered', '418000', '1320', 'Stock interim (delivered)', 'asset_current', true),
    (8, 'bank', '512000', '1010', 'Bank', 'asset_cash', false),
    (9, 'bank_foreign', '512100', '1011', 'Bank in foreign currency', 'asset_cash', false),
    (10, 'cash', '530000', '1050', 'Cash', 'asset_cash', false),
    (11, 'credit_card', '519000', '2050', 'Credit card', 'liability_credit_card', false),
    (12, 'outstanding_receipts', '511100', '1020', 'Outstanding receipts', 'asset_current', true),
    (13, 'outstanding_payments', '511200', '1021', 'Outstanding payments', 'asset_current', true),
    (14, 'suspense', '511900', '1022', 'Bank suspense account', 'asset_current', false),
    (15, 'liquidity_transfer', '580000', '1023', 'Liquidity transfer', 'asset_current', true),
    (16, 'card_clearing', '511500', '1024', 'Card terminal clearing', 'asset_current', false),
    (17, 'tax_paid', '445660', '1400', 'Tax paid', 'asset_current', false),
    (18, 'tax_received', '445710', '2400', 'Tax received', 'liability_current', false),
    (19, 'tax_payable', '445510', '2410', 'Tax payable', 'liability_current', false),
    (20, 'prepayments', '486000', '1500', 'Prepayments', 'asset_prepayments', false),
    (21, 'fixed_assets', '218000', '1600', 'Fixed assets', 'asset_fixed', false),
    (22, 'accumulated_depreciation', '281800', '1690', 'Accumulated depreciation', 'asset_fixed', false),
    (23, 'deposits', '275000', '1700', 'Deposits', 'asset_non_current', false),
    (24, 'salaries_payable', '421000', '2300', 'Salaries payable', 'liability_current', false),
    (25, 'social_payable', '431000', '2310', 'Social contributions payable', 'liability_current', false),
    (26, 'consignment_payable', '408100', '2320', 'Consignment stock payable', 'liability_current', false),
    (27, 'loan', '164000', '2800', 'Bank loan', 'liability_non_current', false),
    (28, 'deferred_income', '419100', '2420', 'Customer down payments', 'liability_current', false),
    (29, 'capital', '101000', '3000', 'Capital', 'equity', false),
    (30, 'retained_earnings', '110000', '3100', 'Retained earnings', 'equity', false),
    (31, 'unaffected_earnings', '999999', '3999', 'Undistributed profits/losses', 'equity_unaffected', false),
    (32, 'sales', '707000', '4000', 'Product sales', 'income', false),
    (33, 'sales_services', '706000', '4010', 'Service sales', 'income', false),
    (34, 'sales_export', '707100', '4020', 'Export sales', 'income', false),
    (35, 'counter_sales', '707500', '4030', 'Counter sales', 'income', false),
    (36, 'discounts', '709000', '4040', 'Discounts granted', 'income', false),
    (37, 'other_income', '758000', '4500', 'Other income', 'income_other', false),
    (38, 'exchange_gain', '766000', '4600', 'Foreign exchange gain', 'income_other', false),
    (39, 'cost_of_goods', '607000', '5000', 'Cost of goods sold', 'expense_direct_cost', false),
    (40, 'purchases', '607100', '5010', 'Purchases of goods', 'expense_direct_cost', false),
    (41, 'price_difference', '607200', '5020', 'Price difference', 'expense_direct_cost', false),
    (42, 'inventory_loss', '603700', '5030', 'Inventory differences', 'expense_direct_cost', false),
    (43, 'counter_cost', '607500', '5040', 'Cost of counter sales', 'expense_direct_cost', false),
    (44, 'subcontracting', '611000', '5050', 'Subcontracting', 'expense_direct_cost', false),
    (45, 'salaries', '641000', '6000', 'Salaries', 'expense', false),
    (46, 'social', '645000', '6010', 'Social contributions', 'expense', false),
    (47, 'rent', '613200', '6100', 'Rent', 'expense', false),
    (48, 'utilities', '606100', '6110', 'Energy and water', 'expense', false),
    (49, 'marketing', '623000', '6200', 'Marketing', 'expense', false),
    (50, 'insurance', '616000', '6300', 'Insurance', 'expense', false),
    (51, 'software', '651000', '6310', 'Software and telecom', 'expense', false),
    (52, 'travel', '625000', '6320', 'Travel', 'expense', false),
    (53, 'bank_fees', '627000', '6400', 'Bank fees', 'expense', false),
    (54, 'supplies', '606300', '6330', 'Supplies', 'expense', false),
    (55, 'depreciation', '681100', '6500', 'Depreciation', 'expense_depreciation', false),
    (56, 'exchange_loss', '666000', '7000', 'Foreign exchange loss', 'expense_other', false),
    (57, 'interest', '661000', '7010', 'Interest', 'expense_other', false),
    (58, 'exceptional', '671000', '7020', 'Exceptional expenses', 'expense_other', false),
    (59, 'guarantees', '801000', '9000', 'Guarantees received', 'off_balance', false),
    (60, 'guarantees_contra', '802000', '9010', 'Guarantees received, contra', 'off_balance', false),
    (61, 'bank_branch', '512200', '1012', 'Bank of the branch', 'asset_cash', false),
    (62, 'rounding', '658000', '6410', 'Cash rounding', 'expense', false),
    (63, 'delivery_income', '708500', '4050', 'Delivery charged', 'income', false),
    (64, 'retired_income', '708900', '4090', 'Commissions (until the first year)', 'income', false),
    (65, 'stock_variation', '603000', '5060', 'Stock variation', 'expense_direct_cost', false),
    (66, 'group_charges', '628000', '6600', 'Group charges', 'expense', false)
) as listed (no, key, code, us_code, name, account_type, reconcile);

-- expense_other is a type of 19.
update chart_line set account_type = 'expense' where account_type = 'expense_other'
    and getvariable('odoo_version') < 19;

set variable account_no = (select map_from_entries(list((key, no) order by no)) from chart_line);

create macro chart_of(company) as
    case when company::integer = 3 and getvariable('has_branch') then 1 else company::integer end;

create macro account(company, key) as
    ((chart_of(company) - 1) * 100 + getvariable('account_no')[key])::integer;

-- The bank account of a company: a branch has one of its own in its root's chart.
create macro bank_account(company) as
    case
        when company::integer = 3 and getvariable('has_branch') then account(1, 'bank_branch')
        else account(company, 'bank')
    end;

create table chart as
select distinct root_id as company_id from company;

create table account as
select
    (chart.company_id - 1) * 100 + chart_line.no as id,
    chart.company_id,
    chart_line.key,
    case when chart.company_id = 2 then chart_line.us_code else chart_line.code end as code,
    chart_line.name,
    chart_line.account_type,
    chart_line.reconcile,
    chart_line.reconcile or chart_line.account_type in ('asset_cash', 'liability_credit_card') as has_residual
from chart
cross join chart_line
where not (chart_line.key = 'bank_branch' and not (getvariable('has_branch') and chart.company_id = 1))
    -- From 18 on the companies share one account.
    and not (chart_line.key = 'group_charges' and chart.company_id <> 1 and getvariable('odoo_version') >= 18);

create table journal_line as
select *
from (
    values
    (1, 'sale', 'INV', 'Customer Invoices', 'sale', 'sales'),
    (2, 'purchase', 'BILL', 'Vendor Bills', 'purchase', 'purchases'),
    (3, 'misc', 'MISC', 'Miscellaneous Operations', 'general', null),
    (4, 'exchange', 'EXCH', 'Exchange Difference', 'general', null),
    (5, 'stock', 'STJ', 'Inventory Valuation', 'general', null),
    (6, 'bank', 'BNK1', 'Bank', 'bank', 'bank'),
    (7, 'cash', 'CSH1', 'Cash', 'cash', 'cash'),
    (8, 'bank_foreign', 'BNK2', 'Bank USD', 'bank', 'bank_foreign'),
    (9, 'counter', 'SHOP', 'Counter Sales', 'general', null),
    (10, 'payroll', 'PAY', 'Payroll', 'general', null),
    (11, 'credit_card', 'CCD1', 'Company Card', 'credit', 'credit_card'),
    (12, 'retired', 'OLD', 'Old Journal', 'general', null)
) as listed (no, key, code, name, type, account_key);

set variable journal_no = (select map_from_entries(list((key, no) order by no)) from journal_line);

create macro journal(company, key) as
    (
        case
            when company::integer = 3 and getvariable('has_branch') and key = 'bank' then 100
            else (chart_of(company) - 1) * 50
        end + getvariable('journal_no')[key]
    )::integer;

create table journal as
select
    (company.id - 1) * 50 + journal_line.no as id,
    company.id as company_id,
    journal_line.key,
    journal_line.code,
    journal_line.name,
    journal_line.type,
    case
        when journal_line.key = 'bank' then bank_account(company.id)
        when journal_line.account_key is not null
            then (company.root_id - 1) * 100 + getvariable('account_no')[journal_line.account_key]
    end as default_account_id,
    case when journal_line.key = 'bank_foreign' then 1 end as currency_id,
    company.id = company.root_id or journal_line.key = 'bank' as is_used
from company
cross join journal_line
where (company.id = company.root_id or journal_line.key = 'bank')
    -- The bank account in dollars belongs to company 1, credit-card journals to 18 and later.
    and not (journal_line.key = 'bank_foreign' and company.id <> 1)
    and not (journal_line.type = 'credit' and (company.id <> 1 or getvariable('odoo_version') < 18))
    and not (journal_line.key in ('counter', 'retired') and company.id <> 1);

-- Taxes 1-3 are sold at, 4-6 bought at.
create table tax as
select
    (chart.company_id - 1) * 10 + listed.no as id,
    chart.company_id,
    listed.no,
    case when chart.company_id = 2 then listed.us_name else listed.name end as name,
    listed.type_tax_use,
    case when chart.company_id = 2 then listed.us_rate else listed.rate end::decimal(9, 4) as rate,
    (chart.company_id - 1) * 100 + getvariable('account_no')[
        if(listed.type_tax_use = 'sale', 'tax_received', 'tax_paid')
    ] as account_id
from chart
cross join (
    values
    (1, '20%', '8.25%', 'sale', 20, 8.25), (2, '5.5%', '0% resale', 'sale', 5.5, 0),
    (3, '0% export', '0% export', 'sale', 0, 0), (4, '20%', '0%', 'purchase', 20, 0),
    (5, '5.5%', '0% resale', 'purchase', 5.5, 0), (6, '0% import', '0% import', 'purchase', 0, 0)
) as listed (no, name, us_name, type_tax_use, rate, us_rate);

create table tax_repartition as
select
    (tax.id - 1) * 4 + listed.position as id,
    tax.id as tax_id,
    tax.company_id,
    listed.document_type,
    listed.repartition_type,
    if(listed.repartition_type = 'tax', tax.account_id, null) as account_id
from tax
cross join (
    values (1, 'invoice', 'base'), (2, 'invoice', 'tax'), (3, 'refund', 'base'), (4, 'refund', 'tax')
) as listed (position, document_type, repartition_type);

create macro tax_id(company, no) as ((chart_of(company) - 1) * 10 + no)::integer;

create macro tax_rate(company, no) as
    case
        when company::integer = 2 then [8.25, 0, 0, 0, 0, 0][no]
        else [20, 5.5, 0, 20, 5.5, 0][no]
    end::decimal(9, 4);

-- The last line of a term takes what the others leave.
create table payment_term as
select *
from (
    values
    (1, 'Immediate payment', 1), (2, '15 days', 1), (3, '30 days', 1), (4, '60 days end of month', 1),
    (5, '30% now, balance 60 days', 2), (6, '2/7 net 30', 1), (7, 'Three instalments', 3)
) as listed (id, name, lines);

create table payment_term_line as
select row_number() over (order by term_id, position)::integer as id, listed.*
from (
    values
    (1, 1, 100, 0, false), (2, 1, 100, 15, false), (3, 1, 100, 30, false), (4, 1, 100, 60, true),
    (5, 1, 30, 0, false), (5, 2, 70, 60, false), (6, 1, 100, 30, false),
    (7, 1, 34, 30, false), (7, 2, 33, 60, false), (7, 3, 33, 90, false)
) as listed (term_id, position, percent, days, end_of_month);

create macro due_date(invoice_date, days, end_of_month) as
    case when end_of_month then last_day(invoice_date + days::integer) else invoice_date + days::integer end;
