-- Every engine gives these days.
with leap_days as (
    {{ date_spine("date '2024-02-28'", "date '2024-03-01'") }}
),

months as (
    {{ month_spine("date '2023-12-31'", "date '2024-03-15'") }}
),

cases as (
    select
        'add months' as macro,
        {{ add_months("date '2024-01-31'", 1) }} as given,
        date '2024-02-29' as expected
    union all
    select
        'take months' as macro,
        {{ add_months("date '2024-03-31'", -1) }} as given,
        date '2024-02-29' as expected
    union all
    select
        'add days' as macro,
        {{ add_days("date '2024-02-28'", 2) }} as given,
        date '2024-03-01' as expected
    union all
    select
        'days between' as macro,
        {{ add_days("date '2024-02-28'", days_between("date '2024-02-28'", "date '2024-03-01'")) }} as given,
        date '2024-03-01' as expected
    union all
    select
        'month start' as macro,
        {{ month_start("date '2024-02-29'") }} as given,
        date '2024-02-01' as expected
    union all
    select
        'month end' as macro,
        {{ month_end("date '2024-02-05'") }} as given,
        date '2024-02-29' as expected
    union all
    select
        'months between' as macro,
        {{ add_months("date '2024-01-01'", months_between("date '2023-12-31'", "date '2024-02-01'")) }} as given,
        date '2024-03-01' as expected
    union all
    select
        'milliseconds' as macro,
        cast({{ to_milliseconds("timestamp '2024-02-29 23:59:59.999999'") }} as date) as given,
        date '2024-02-29' as expected
    union all
    select
        'first day of a spine' as macro,
        min(day) as given,
        date '2024-02-28' as expected
    from leap_days
    union all
    select
        'length of a spine' as macro,
        {{ add_days("min(day)", "count(*)") }} as given,
        date '2024-03-02' as expected
    from leap_days
    union all
    select
        'last month of a spine' as macro,
        max(month) as given,
        date '2024-03-01' as expected
    from months
)

select *
from cases
where given is distinct from expected
