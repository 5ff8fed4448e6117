-- What makes it an Odoo database: modules, fields, fallbacks of company-dependent values, keys and messages.
create view odoo.ir_module_module as
with listed as (
    select *
    from (
        values
        ('base', '1.3', 'installed'), ('web', '1.0', 'installed'), ('mail', '1.15', 'installed'),
        ('account', '1.3', 'installed'), ('analytic', '1.2', 'installed'), ('sale', '1.2', 'installed'),
        ('sale_management', '1.0', 'installed'), ('sale_stock', '1.0', 'installed'), ('sale_crm', '1.0', 'installed'),
        ('sale_margin', '1.0', 'installed'), ('sale_timesheet', '1.0', 'installed'), ('purchase', '1.2', 'installed'),
        ('purchase_stock', '1.2', 'installed'), ('stock', '1.1', 'installed'), ('stock_account', '1.1', 'installed'),
        ('stock_landed_costs', '1.1', 'installed'), ('product', '1.2', 'installed'), ('uom', '1.0', 'installed'),
        ('crm', '1.8', 'installed'), ('project', '1.3', 'installed'), ('hr', '1.1', 'installed'),
        ('hr_timesheet', '1.0', 'installed'), ('hr_hourly_cost', '1.0', 'installed'),
        ('contacts', '1.0', 'installed'), ('mis_builder', '1.6.0', 'installed'),
        ('mis_builder_budget', '1.1.0', 'installed'), ('date_range', '1.0.0', 'installed'),
        ('website', null, 'uninstalled'), ('mrp', null, 'uninstalled'), ('point_of_sale', null, 'uninstalled'),
        ('hr_payroll', null, 'uninstallable'), ('fleet', '0.1', 'to upgrade'), ('survey', null, 'to install'),
        ('maintenance', '1.0', 'to remove')
    ) as modules (name, version, state)
)
select
    row_number() over (order by name)::integer as id, name,
    getvariable('odoo_version')::varchar || '.0.' || version as latest_version, state, name as shortdesc,
    'Odoo S.A.' as author, 'LGPL-3' as license
from listed
union all
-- Contracts moved into employees in 19.
select
    100, 'hr_contract', getvariable('odoo_version')::varchar || '.0.1.0', 'installed', 'hr_contract', 'Odoo S.A.',
    'LGPL-3'
where getvariable('odoo_version') <= 18;

create table model_field as
select *
from (
    values
    (1, 'res.partner', 'lang', 'selection', null),
    (2, 'res.partner', 'property_payment_term_id', 'many2one', 'account.payment.term'),
    (3, 'res.partner', 'property_account_receivable_id', 'many2one', 'account.account'),
    (4, 'res.partner', 'property_account_payable_id', 'many2one', 'account.account'),
    (5, 'product.product', 'standard_price', 'float', null),
    (6, 'product.category', 'property_cost_method', 'selection', null),
    (7, 'product.category', 'property_valuation', 'selection', null),
    (8, 'product.category', 'property_account_income_categ_id', 'many2one', 'account.account'),
    (9, 'product.category', 'property_stock_valuation_account_id', 'many2one', 'account.account'),
    (10, 'res.partner', 'trust', 'selection', null), (11, 'crm.lead', 'stage_id', 'many2one', 'crm.stage'),
    (12, 'sale.order', 'state', 'selection', null),
    (13, 'product.category', 'property_account_expense_categ_id', 'many2one', 'account.account')
) as listed (id, model, name, ttype, relation);

create view odoo.ir_model_fields as
select
    id, model, name, ttype, relation, id + 100 as model_id, 'base' as state, name as field_description,
    id not in (1, 11, 12) as company_dependent,
    false as translate, true as store, name as complete_name
from model_field;

-- From 18 on: what holds where a record has no value of its own.
create view odoo.ir_default as
select row_number() over (order by field_id, company_id)::integer as id, field_id, company_id, user_id, json_value
from (
    select 1 as field_id, null::integer as company_id, null::integer as user_id, '"en_US"' as json_value
    union all
    select 1, null, 6, '"fr_FR"'
    union all
    select field_id, company_id, null, json_value
    from (
        select 2, 1, '3'
        union all
        select 3, id, account(id, 'receivable')::varchar from company
        union all
        select 4, id, account(id, 'payable')::varchar from company
        union all
        select 5, 2, '1.0'
        union all
        select 6, null, '"standard"'
        union all
        select 7, null, '"manual_periodic"' where getvariable('odoo_version') <= 18
        union all
        select 7, id, '"real_time"' from company where perpetual and getvariable('odoo_version') <= 18
        union all
        select 8, id, account(id, 'sales')::varchar from company
        union all
        select 9, id, account(id, 'stock_valuation')::varchar from company where perpetual
        union all
        select 10, null, '"normal"'
    ) as fallbacks (field_id, company_id, json_value)
    where getvariable('odoo_version') >= 18
);

-- Until 17: values and, without a record, fallbacks. Some fallbacks are named after their label, not after their
-- field.
create view odoo.ir_property as
with listed as (
    select
        'standard_price' as name, 5 as field_id, 'product.product,' || product_id as res_id, company_id,
        'float' as type, cost::double as value_float, null as value_reference, null as value_text
    from cost_of_company
    where cost <> fallback_cost(company_id)
    union all
    select 'standard_price', 5, null, 2, 'float', 1.0, null, null
    union all
    select
        'property_cost_method', 6, 'product.category,' || category.id, company.id, 'selection', null, null, 'average'
    from main.product_category as category
    cross join company
    where is_average_cost(company.id, category.id)
    union all
    select 'Cost Method Property', 6, null, null, 'selection', null, null, 'standard'
    union all
    select 'Valuation Property', 7, null, null, 'selection', null, null, 'manual_periodic'
    union all
    select 'property_valuation', 7, null, id, 'selection', null, null, 'real_time' from company where perpetual
    union all
    select
        'property_payment_term_id', 2, 'res.partner,' || id, company_id, 'many2one', null,
        'account.payment.term,' || payment_term_id, null
    from customer
    where not (company_id = 1 and payment_term_id = 3)
    union all
    select 'property_payment_term_id', 2, null, 1, 'many2one', null, 'account.payment.term,3', null
    union all
    select
        'property_account_receivable_id', 3, null, id, 'many2one', null,
        'account.account,' || account(id, 'receivable'), null
    from company
    union all
    select
        'property_account_payable_id', 4, null, id, 'many2one', null, 'account.account,' || account(id, 'payable'),
        null
    from company
    union all
    select
        'property_account_income_categ_id', 8, null, id, 'many2one', null, 'account.account,' || account(id, 'sales'),
        null
    from company
    union all
    select 'Followup Trust Property', 10, null, null, 'selection', null, null, 'normal'
)
select
    row_number() over (order by field_id, res_id nulls first, company_id nulls first)::integer as id, name,
    field_id as fields_id, res_id, company_id, type, value_float, value_reference, value_text
from listed;

create view odoo.ir_config_parameter as
select id, key, value
from (
    values
    (1, 'database.secret', 'f1c0-CANARY-never-extract'), (2, 'database.uuid', '0d2c-CANARY-never-extract'),
    (3, 'web.base.url', 'https://odoo.example.com CANARY-never-extract')
) as listed (id, key, value);

create view odoo.ir_mail_server as
select
    1 as id, 'Outgoing' as name, 'smtp.example.com' as smtp_host, 587 as smtp_port, 'robot' as smtp_user,
    'hunter2' as smtp_pass, 'login' as smtp_authentication, 'starttls' as smtp_encryption;

create view odoo.res_users_apikeys as
select
    (id - 5)::integer as id, 'Script of ' || name as name, id as user_id, 'rpc' as scope,
    substr(md5(id::varchar), 1, 8) as index, '$pbkdf2-sha512$' || md5(id::varchar) as key,
    getvariable('start')::timestamp as create_date
from app_user
where id % 2 = 0;

create view odoo.auth_totp_device as
select
    (id - 5)::integer as id, 'Browser' as name, id as user_id, 'browser' as scope,
    substr(md5(id::varchar), 1, 8) as index, '$pbkdf2-sha512$' || md5(id::varchar) as key,
    getvariable('start')::timestamp as create_date
from app_user
where id % 3 = 0;

create view odoo.mail_message as
select
    n::integer as id, 'comment' as message_type, if(n % 2 = 0, 'sale.order', 'crm.lead') as model,
    n::integer as res_id, 'Re: delivery' as subject, '<p>See you on Monday.</p>' as body,
    'canary-hash.' || n || '@example.com' as email_from, 3 as author_id, '<' || n || '@example.com>' as message_id,
    'S' || n as record_name, sent_at as date, sent_at as create_date, sent_at as write_date
from (
    select n, moment('message', n, getvariable('start')::date + dice('message day', n, 0, 1090)) as sent_at
    from range(1, getvariable('messages')::bigint + 1) as numbers (n)
);

create view odoo.mail_tracking_value as
select
    n::integer as id, n::integer as mail_message_id, 11 as field_id, 11 as field, 'Stage' as field_desc,
    1 as old_value_integer, 2 as new_value_integer, 'New' as old_value_char, 'Qualified' as new_value_char
from range(1, getvariable('messages')::bigint + 1) as numbers (n)
where n % 2 = 1;

create view odoo.mail_activity as
select
    n::integer as id, 'crm.lead' as res_model, 111 as res_model_id, n::integer as res_id, 6 as user_id,
    getvariable('today')::date + n::integer as date_deadline, 'Call back' as summary,
    '<p>Ask for the budget</p>' as note
from range(1, 6) as numbers (n);

create view odoo.ir_attachment as
select
    n::integer as id, 'contract ' || n || '.pdf' as name, 'res.partner' as res_model, (200 + n)::integer as res_id,
    'binary' as type, 'application/pdf' as mimetype, 1000 as file_size, 'scan of a passport' as index_content
from range(1, 21) as numbers (n);
