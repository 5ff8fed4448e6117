-- Company 3 is a branch of company 1 from Odoo 17 on, and a company of its own before.
set variable has_branch = getvariable('odoo_version')::integer >= 17;

create table company as
select
    id, name, partner_id, currency_id, currency_name, country_id, perpetual, fiscalyear_last_day,
    fiscalyear_last_month, sales_from, sales_to,
    case when getvariable('has_branch') and id = 3 then 1 else id end as root_id
from (
    values
    (1, 'Meridian Supply SAS', 1, 2, 'EUR', 75, true, 31, 12, 0.0, 0.60),
    (2, 'Meridian Supply Inc.', 6, 1, 'USD', 233, false, 30, 6, 0.60, 0.86),
    (
        3, 'Meridian Supply Lyon', 7, 2, 'EUR', 75, true, 31,
        case when getvariable('has_branch') then 12 else 3 end,
        0.86, 1.0
    )
) as listed (
    id, name, partner_id, currency_id, currency_name, country_id, perpetual, fiscalyear_last_day,
    fiscalyear_last_month, sales_from, sales_to
);

create table currency as
select *
from (
    values
    (1, 'USD', '$', 'United States dollar', 2, true, 1.08), (2, 'EUR', '€', 'Euro', 2, true, 1.0),
    (3, 'GBP', '£', 'Pound sterling', 2, true, 0.86), (4, 'JPY', '¥', 'Japanese yen', 0, true, 158.0),
    (5, 'CHF', 'CHF', 'Swiss franc', 2, true, 0.95), (6, 'CAD', '$', 'Canadian dollar', 2, false, 1.48),
    (7, 'SEK', 'kr', 'Swedish krona', 2, false, 11.4), (8, 'NOK', 'kr', 'Norwegian krone', 2, false, 11.6),
    (9, 'DKK', 'kr', 'Danish krone', 2, false, 7.46), (10, 'PLN', 'zł', 'Polish złoty', 2, false, 4.3),
    (11, 'CNY', '¥', 'Chinese yuan', 2, false, 7.8), (12, 'KWD', 'KD', 'Kuwaiti dinar', 3, false, 0.33)
) as listed (id, name, symbol, full_name, decimal_places, active, euro_rate);

-- Shared rates refer to the euro; company 2 keeps rates of its own that refer to the dollar.
create table currency_rate as
with series as (
    select *
    from (
        values
        (1, null, 7, 0, 1.0), (3, null, 7, 0, 1.0), (4, null, 30, 0, 1.0), (5, null, 7, 480, 1.0),
        (3, 1, 30, 560, 1.0), (1, 2, 100000, 0, 0.0), (2, 2, 7, 0, 1.0), (3, 2, 7, 0, 1.0), (4, 2, 30, 0, 1.0)
    ) as listed (currency_id, company_id, interval_days, first_day, movement)
),
dated as (
    select
        series.*,
        day.date,
        (day.date - getvariable('start')::date)::integer as day_no,
        series.currency_id * 1000000 + coalesce(series.company_id, 0) * 100000 + (
            day.date - getvariable('start')::date
        )::integer as key
    from series
    inner join day on (day.date - getvariable('start')::date) % series.interval_days = 0
        and (day.date - getvariable('start')::date) >= series.first_day
),
kept as (
    -- Some weeks are missing, and one spring nobody entered any rate.
    select *
    from dated
    where day_no = first_day or not (chance('rate missing', key, 0.08) or day_no between 430 and 490)
)
select
    row_number() over (order by kept.date, kept.currency_id, kept.company_id nulls first)::integer as id,
    kept.currency_id,
    kept.company_id::integer as company_id,
    kept.date as name,
    case
        when kept.movement = 0 then 1
        else round(
            currency.euro_rate / case when kept.company_id = 2 then 1.08 else 1 end
            * (1 + 0.035 * sin(kept.day_no / 80.0 + kept.currency_id) + 0.006 * bell('rate', kept.key)),
            6
        )
    end::decimal(18, 6) as rate
from kept
inner join currency on currency.id = kept.currency_id;

-- What Odoo takes as the rate of a currency for a company on a day: its own (its root's from 17 on) before the shared
-- one; before the first one, the first one from 17 on and 1 until 16.
create table rate_of_day as
with wanted as (
    select company.id as company_id, company.root_id, currency.id as currency_id, day.date
    from company
    cross join currency
    cross join day
    where currency.active
),
own as (
    select wanted.*, currency_rate.rate as own_rate
    from wanted
    asof left join (select * from currency_rate where company_id is not null) as currency_rate
        on wanted.root_id = currency_rate.company_id
        and wanted.currency_id = currency_rate.currency_id
        and wanted.date >= currency_rate.name
),
shared as (
    select own.*, currency_rate.rate as shared_rate
    from own
    asof left join (select * from currency_rate where company_id is null) as currency_rate
        on own.currency_id = currency_rate.currency_id
        and own.date >= currency_rate.name
),
earliest as (
    select currency_id, arg_min(rate, name) as rate from currency_rate where company_id is null group by currency_id
)
select
    shared.company_id,
    shared.currency_id,
    shared.date,
    coalesce(
        shared.own_rate,
        shared.shared_rate,
        case when getvariable('odoo_version') >= 17 then earliest.rate end,
        1
    )::decimal(18, 6) as rate
from shared
left join earliest on earliest.currency_id = shared.currency_id;

-- Units of a document's currency for one unit of the company's.
create table daily_rate as
select
    document.company_id,
    document.currency_id,
    document.date,
    (document.rate / own.rate)::decimal(18, 12) as rate
from rate_of_day as document
inner join company on company.id = document.company_id
inner join rate_of_day as own
    on own.company_id = document.company_id
    and own.date = document.date
    and own.currency_id = company.currency_id;
