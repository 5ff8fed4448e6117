-- The days of the history with the share of business that falls on each: growth, season, weekday.
create table day as
with dates as (
    select
        unnest(
            generate_series(
                getvariable('start')::timestamp, getvariable('clock')::timestamp - interval 1 day, interval 1 day
            )
        )::date as date
),
weights as (
    select
        date,
        (
            1000
            * (1 + 0.11 * (date - getvariable('start')::date) / 365.25)
            * [0.93, 0.91, 1.0, 0.98, 1.0, 1.05, 0.96, 0.80, 1.05, 1.07, 1.15, 1.10][month(date)]
            * [0.05, 1.0, 1.05, 1.0, 1.0, 0.95, 0.15][dayofweek(date) + 1]
        )::bigint as weight
    from dates
)
select
    date,
    date_trunc('month', date)::date as month,
    (date - getvariable('start')::date) / 365.25 as years,
    weight,
    coalesce(
        sum(weight) over (order by date rows between unbounded preceding and 1 preceding), 0
    )::bigint as weight_before
from weights;

set variable weight_total = (select sum(weight)::bigint from day);

create table month as
select
    month, row_number() over (order by month) as month_no, min(date) as first_day, max(date) as last_day,
    sum(weight)::bigint as weight
from day
group by month;

-- Odoo's month end, also for the month that is not over.
create macro month_end(on_date) as last_day(on_date::date);
