-- Partners, users, companies, currencies and countries in Odoo's columns.
create table partner_rank as
select
    commercial_id, count(*) filter (move_type like 'out_%') as sales,
    count(*) filter (move_type like 'in_%') as purchases
from document
group by commercial_id;

create view odoo.res_partner as
with described as (
    select
        id, null::integer as parent_id, null::integer as company_id, name in ('Claims office') as is_company,
        'contact' as type, name not in ('OdooBot', 'Public user', 'Portal user') as active,
        null::integer as country_id, null as city, null::integer as payment_term_id, null::integer as home_id,
        getvariable('start')::timestamp as created_at, 0 as key
    from partner_root
    where id in (2, 3, 4, 5, 10)
    union all
    select
        partner_id, null, null, true, 'contact', true, country_id, 'Paris', null, null,
        getvariable('start')::timestamp, 0
    from company
    union all
    select
        partner_id, null, company_id, false, 'contact', true, 75, null, null, null, getvariable('start')::timestamp,
        id
    from app_user
    union all
    -- A subsidiary lies below another company and is a customer of its own.
    select
        id, if(is_company and n % 25 = 9, id - 1, null), if(has_own_company, company_id, null), is_company, 'contact',
        not is_archived, country_id, city,
        payment_term_id, company_id,
        greatest(joined_on::timestamp, getvariable('start')::timestamp) + interval 9 hour, n
    from customer
    union all
    select
        contact.id, contact.customer_id, if(customer.has_own_company, customer.company_id, null), false, contact.type,
        not customer.is_archived, contact.country_id, contact.city, null, null,
        greatest(customer.joined_on::timestamp, getvariable('start')::timestamp) + interval 10 hour, contact.key
    from contact
    inner join customer on customer.id = contact.customer_id
    union all
    select
        id, null, null, true, 'contact', not is_archived, country_id, null, null, null,
        getvariable('start')::timestamp + interval 9 hour, n
    from vendor
    union all
    select
        (getvariable('employee_base') + n)::integer, null, 1, false, 'contact', true, 75, null, null, null,
        getvariable('start')::timestamp, n
    from range(1, getvariable('employees')::bigint + 1) as numbers (n)
    union all
    -- Until 16 an employee's home is a private partner.
    select
        (getvariable('employee_base') + getvariable('employees')::integer + n)::integer, null, 1, false, 'private',
        true, 75, 'Paris', null, null, getvariable('start')::timestamp, n
    from range(1, getvariable('employees')::bigint + 1) as numbers (n)
    where getvariable('odoo_version') = 16
)
select
    described.id,
    described.company_id,
    described.created_at as create_date,
    coalesce(partner_root.name, 'Employee ' || described.key || ', home') as name,
    coalesce(parent.name || ', ', '') || coalesce(
        partner_root.name, 'Employee ' || described.key || ', home'
    ) as complete_name,
    coalesce(parent.name || ', ', '') || coalesce(
        partner_root.name, 'Employee ' || described.key || ', home'
    ) as display_name,
    described.parent_id,
    coalesce(partner_root.commercial_id, described.id) as commercial_partner_id,
    coalesce(parent.name, if(described.is_company, partner_root.name, null)) as commercial_company_name,
    described.country_id,
    described.city,
    if(described.city is null, null, lpad((described.id * 37 % 100000)::varchar, 5, '0')) as zip,
    if(described.home_id is not null, 1 + described.key % 8, null)::integer as industry_id,
    if(described.home_id is not null, 6 + described.key % getvariable('users')::integer, null)::integer as user_id,
    if(described.is_company, 'C' || lpad(described.id::varchar, 6, '0'), null) as ref,
    'en_US' as lang,
    if(described.id < 8, 'Europe/Paris', null) as tz,
    if(described.is_company, 'FR' || lpad((described.id * 7919 % 1000000000)::varchar, 11, '0'), null) as vat,
    described.type,
    if(described.city is null, null, described.id % 200 || ' Main Street canary-hash') as street,
    if(described.id > 10, 'canary-hash.' || described.id || '@example.com', null) as email,
    if(described.id > 10, 'canary-hash.' || described.id || '@example.com', null) as email_normalized,
    if(described.id > 10, '+33 1 ' || lpad((described.id % 10000)::varchar, 8, '0') || ' canary-hash', null) as phone,
    if(described.id % 7 = 0, 'Prefers calls in the morning. CANARY-drop', null) as comment,
    if(described.city is null, null, 45 + (described.id % 700) / 100.0)::decimal(10, 7) as partner_latitude,
    if(described.city is null, null, (described.id % 900) / 100.0)::decimal(10, 7) as partner_longitude,
    described.active,
    described.id > getvariable('employee_base') as employee,
    described.is_company,
    described.id > 20 as partner_share,
    -- Posting raises the rank, and merges and imports forget it.
    if(described.id % 17 = 3, 0, coalesce(rank.sales, 0))::integer as customer_rank,
    if(described.id % 17 = 4, 0, coalesce(rank.purchases, 0))::integer as supplier_rank,
    case
        when described.payment_term_id is null or (described.home_id = 1 and described.payment_term_id = 3) then null
        else json_object(described.home_id::varchar, described.payment_term_id)
    end as property_payment_term_id,
    if(
        described.home_id is not null and described.key % 6 = 1,
        json_object(described.home_id::varchar, 1000.0 * (1 + described.key % 20)), null
    ) as credit_limit,
    if(
        described.home_id is not null and described.key % 15 = 2, json_object(described.home_id::varchar, 'good'),
        null
    ) as trust,
    if(
        described.home_id is not null, ['North', 'South', 'East', 'West'][1 + described.key % 4], null
    ) as x_studio_region,
    least(
        getvariable('clock')::timestamp, described.created_at + to_days(dice('partner written', described.id, 0, 900))
    ) as write_date
from described
left join partner_root on partner_root.id = described.id
left join partner_root as parent on parent.id = described.parent_id
left join partner_rank as rank on rank.commercial_id = described.id
order by described.id;

create view odoo.res_partner_category as
select id, name, null::integer as parent_id, id || '/' as parent_path, true as active
from (values (1, 'Gold'), (2, 'Web shop'), (3, 'Trade fair')) as listed (id, name);

create view odoo.res_partner_res_partner_category_rel as
select 1 + n % 3 as category_id, id as partner_id from customer where n % 4 = 0;

create view odoo.res_partner_industry as
select id, name, name as full_name
from (
    values (1, 'Construction'),
    (2, 'Retail'), (3, 'Manufacturing'), (4, 'Logistics'), (5, 'Agriculture'), (6, 'Hospitality'), (7, 'Public'),
    (8, 'Health')
) as listed (id, name);

create view odoo.res_bank as
select 1 as id, 'Banque du Rhône' as name, 'BDRHFRPP' as bic, 75 as country;

create view odoo.res_partner_bank as
select
    row_number() over (order by id)::integer as id,
    id as partner_id,
    1 as bank_id,
    'FR76 3000 ' || lpad((id * 7919 % 100000000)::varchar, 10, '0') as acc_number,
    'FR763000' || lpad((id * 7919 % 100000000)::varchar, 10, '0') as sanitized_acc_number,
    name as acc_holder_name
from partner_root
where id in (1, 6, 7) or (id > 200 and id % 5 = 0) or id > getvariable('employee_base');

create view odoo.res_users as
select
    1 as id, 1 as company_id, 2 as partner_id, false as active, '__system__' as login, null as password,
    false as share, null::integer as sale_team_id, null as signature, null as totp_secret
union all
select 2, 1, 3, true, 'admin', '$pbkdf2-sha512$admin', false, null, '<p>Administrator</p>', 'JBSWY3DPEHPK3PXP'
union all
select 3, 1, 4, false, 'public', null, true, null, null, null
union all
select 4, 1, 5, false, 'portaltemplate', null, true, null, null, null
union all
select
    id, company_id, partner_id, id % 11 <> 0, 'canary-hash.' || id, '$pbkdf2-sha512$' || id, false,
    1 + (id % 3)::integer, '<p>Regards</p>', if(id % 2 = 0, 'JBSWY3DP' || id, null)
from app_user;

create view odoo.res_company as
select
    company.id,
    company.name,
    company.partner_id,
    company.currency_id,
    company.id * 10 as sequence,
    if(company.root_id <> company.id, company.root_id, null) as parent_id,
    if(company.root_id <> company.id, company.root_id || '/', '') || company.id || '/' as parent_path,
    'info@meridian-' || company.id || '.example.com' as email,
    encode('logo' || repeat(chr(64 + company.id), 10000)) as logo_web,
    1 as resource_calendar_id,
    company.fiscalyear_last_day,
    company.fiscalyear_last_month::varchar as fiscalyear_last_month,
    account(company.id, 'liquidity_transfer') as transfer_account_id,
    account(company.id, 'suspense') as account_journal_suspense_account_id,
    tax_id(company.id, 1) as account_sale_tax_id,
    tax_id(company.id, 4) as account_purchase_tax_id,
    journal(company.id, 'exchange') as currency_exchange_journal_id,
    account(company.id, 'exchange_gain') as income_currency_exchange_account_id,
    account(company.id, 'exchange_loss') as expense_currency_exchange_account_id,
    company.country_id as account_fiscal_country_id,
    if(company.id = 2, 'generic_coa', 'fr') as chart_template,
    'round_per_line' as tax_calculation_rounding_method,
    getvariable('start')::date as account_opening_date,
    case company.id
        when 1 then make_date(year(getvariable('today')::date) - 1, 12, 31)
        when 2 then make_date(year(getvariable('today')::date - interval 13 month), 6, 30)
    end as fiscalyear_lock_date,
    if(
        company.id = 1, date_trunc('month', getvariable('today')::date - interval 2 month)::date - 1, null
    ) as tax_lock_date,
    if(
        company.id = 1, date_trunc('month', getvariable('today')::date - interval 2 month)::date - 1, null
    ) as sale_lock_date,
    if(
        company.id = 2, make_date(year(getvariable('today')::date - interval 25 month), 6, 30), null
    ) as hard_lock_date,
    if(
        company.id = 1, date_trunc('month', getvariable('today')::date - interval 1 month)::date - 1, null
    ) as period_lock_date,
    true as expects_chart_of_accounts,
    company.perpetual as anglo_saxon_accounting,
    false as account_storno,
    transit_location(company.id) as internal_transit_location_id,
    if(company.perpetual, 'real_time', 'periodic') as inventory_valuation,
    'standard' as cost_method,
    4 as project_time_mode_id,
    4 as timesheet_encode_uom_id,
    1 as internal_project_id,
    30 as quotation_validity_days,
    5::double as po_lead,
    'one_step' as po_double_validation,
    5000::decimal(18, 2) as po_double_validation_amount
from company;

create view odoo.res_currency as
select
    id, name, symbol, full_name, if(name = 'EUR', 'after', 'before') as position, decimal_places,
    (pow(10, -decimal_places))::decimal(9, 6) as rounding, active
from currency;

create view odoo.res_currency_rate as
select
    id, currency_id, company_id, name, rate, recorded('rate', id, name::timestamp + interval 5 hour) as create_date,
    recorded('rate', id, name::timestamp + interval 5 hour) as write_date
from currency_rate;

create view odoo.res_country as
select id, code, name, currency_id
from (
    values
    (75, 'FR', 'France', 2), (57, 'DE', 'Germany', 2), (231, 'GB', 'United Kingdom', 3), (43, 'CH', 'Switzerland', 5),
    (233, 'US', 'United States', 1), (38, 'CA', 'Canada', 6), (113, 'JP', 'Japan', 4), (20, 'BE', 'Belgium', 2),
    (165, 'NL', 'Netherlands', 2)
) as listed (id, code, name, currency_id);

create view odoo.res_country_state as
select id, country_id, name, code
from (
    values (1, 233, 'Texas', 'TX'),
    (2, 233, 'Colorado', 'CO'), (3, 233, 'California', 'CA'), (4, 38, 'Ontario', 'ON'), (5, 113, 'Osaka', '27')
) as listed (id, country_id, name, code);
