-- Users, customers with their contacts and addresses, vendors. Partner ids: companies and users below 200.
create table app_user as
select
    5 + n as id,
    10 + n as partner_id,
    one_of(
        'user first name', n, ['Anna', 'Bruno', 'Chiara', 'David', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jonas']
    )
    || ' ' || one_of(
        'user last name', n, ['Martin', 'Keller', 'Rossi', 'Novak', 'Silva', 'Dubois', 'Larsen', 'Okafor']
    ) as name,
    case when n % 5 = 0 then 2 when n % 7 = 0 then 3 else 1 end as company_id
from range(1, getvariable('users')::bigint + 1) as numbers (n);

create macro user_of(stream, key) as dice(stream, key, 6, 5 + getvariable('users')::integer);

create table customer as
with numbered as (
    select
        n,
        200 + n as id,
        case when n % 50 < 30 then 1 when n % 50 < 43 then 2 else 3 end as company_id
    from range(1, getvariable('customers')::bigint + 1) as numbers (n)
),
placed as (
    select
        *,
        row_number() over (partition by company_id order by n)::integer as rank_in_company,
        count(*) over (partition by company_id)::integer as customers_of_company,
        not chance('customer is a person', n, 0.18) as is_company,
        roll('customer country', n) as country_roll
    from numbered
)
select
    n::integer as n,
    id::integer as id,
    company_id,
    rank_in_company,
    customers_of_company,
    is_company,
    case
        when company_id = 2 and country_roll < 0.80 then 233
        when company_id = 2 and country_roll < 0.90 then 38
        when company_id = 2 and country_roll < 0.96 then 231
        when company_id = 2 then 113
        when country_roll < 0.68 then 75
        when country_roll < 0.76 then 57
        when country_roll < 0.86 then 231
        when country_roll < 0.90 then 43
        else 233
    end as country_id,
    case
        when is_company then
            one_of(
                'customer name', n, [
                    'Alder', 'Birch', 'Cobalt', 'Delta', 'Ember', 'Fjord', 'Granite', 'Harbour', 'Iris', 'Juniper',
                    'Keystone', 'Lumen'
                ]
            )
            || ' ' || one_of(
                'customer trade', n,
                ['Works', 'Construction', 'Hardware', 'Interiors', 'Logistics', 'Engineering', 'Retail', 'Farms']
            )
            || ' ' || n
        else
            one_of('person first name', n, ['Alice', 'Benoit', 'Carla', 'Dries', 'Emma', 'Felix', 'Gina', 'Henrik'])
            || ' ' || one_of(
                'person last name', n,
                ['Moreau', 'Weber', 'Bianchi', 'Smith', 'Garcia', 'Jansen', 'Nilsen', 'Kowalski']
            )
            || ' ' || n
    end as name,
    one_of(
        'customer city', n,
        ['Lyon', 'Lille', 'Nantes', 'Munich', 'Leeds', 'Geneva', 'Austin', 'Denver', 'Toronto', 'Osaka']
    ) as city,
    one_of('customer term', n, [1, 2, 3, 3, 3, 4, 5, 6, 7, 3]) as payment_term_id,
    -- Most pay about on time, some late, a few very late.
    [-4, 0, 4, 9, 18, 40][1 + floor(6 * pow(roll('customer patience', n), 1.4))::integer] as days_late,
    n % 18 = 5 as is_archived,
    chance('customer of one company', n, 0.08) as has_own_company,
    -- Customers join over the years; two of five are there from the start.
    case
        when n % 5 < 2 then getvariable('start')::date - dice('customer joined', n, 10, 900)
        else getvariable('start')::date + dice('customer joined', n, 0, 900)
    end as joined_on
from placed;

create macro customer_currency(company, country) as
    case
        when company::integer = 2 then case country when 231 then 3 when 113 then 4 else 1 end
        else case country when 231 then 3 when 43 then 5 when 233 then 1 else 2 end
    end;

create table contact as
with numbers as (
    select customer.*, unnest(range(1, 1 + dice('contacts', customer.n, 0, 3)))::integer as position
    from customer
    where customer.is_company
)
select
    (200 + getvariable('customers')::integer + row_number() over (order by n, position))::integer as id,
    id as customer_id,
    position,
    n * 10 + position as key,
    ['contact', 'delivery', 'invoice'][position] as type,
    one_of(
        'contact first name', n * 10 + position, ['Paul', 'Rita', 'Stefan', 'Tessa', 'Umar', 'Vera', 'Willem', 'Yara']
    )
    || ' ' || one_of(
        'contact last name', n * 10 + position, ['Petit', 'Braun', 'Conti', 'Jones', 'Lopez', 'Visser']
    ) as name,
    city,
    country_id
from numbers;

set variable vendor_base = 200 + getvariable('customers')::integer + (select count(*) from contact)::integer;

create table vendor as
select
    n::integer as n,
    (getvariable('vendor_base') + n)::integer as id,
    one_of('vendor name', n, ['Nordic', 'Atlas', 'Prime', 'Summit', 'Vertex', 'Orion', 'Zenith', 'Pacific'])
    || ' ' || one_of(
        'vendor trade', n, ['Tools', 'Fasteners', 'Electric', 'Chemicals', 'Supplies', 'Metals']
    ) || ' ' || n as name,
    case when n % 9 = 0 then 113 when n % 7 = 0 then 233 when n % 11 = 0 then 231 else 75 end as country_id,
    one_of('vendor term', n, [2, 3, 3, 4, 4, 3]) as payment_term_id,
    dice('vendor lead', n, 5, 24) as lead_days,
    n % 13 = 12 as is_archived,
    -- A landlord, a power company and the like sell no goods.
    n <= 6 as is_overhead
from range(1, getvariable('vendors')::bigint + 1) as numbers (n);

-- A vendor invoices in its country's currency, the landlord and the like in the buyer's.
create macro vendor_currency(company, country, is_overhead) as
    case
        when is_overhead then case when company::integer = 2 then 1 else 2 end
        when country = 113 then 4
        when country = 231 then 3
        when country = 233 or company::integer = 2 then 1
        else 2
    end;

set variable goods_vendors = getvariable('vendors')::integer - 6;

set variable employee_base = getvariable('vendor_base') + getvariable('vendors')::integer;

-- Everybody, with the partner that invoices go to.
create table partner_root as
select id, id as commercial_id, name
from (
    values (2, 'OdooBot'),
    (3, 'Administrator'), (4, 'Public user'), (5, 'Portal user'), (10, 'Claims office')
) as listed (id, name)
union all
select partner_id, partner_id, name from company
union all
select partner_id, partner_id, name from app_user
union all
select id, id, name from customer
union all
select id, customer_id, name from contact
union all
select id, id, name from vendor
union all
select getvariable('employee_base') + n, getvariable('employee_base') + n, 'Employee ' || n
from range(1, getvariable('employees')::bigint + 1) as numbers (n);
