-- Every engine gives these days.
with cases as (
    select
        'add months' as macro,
        {{ add_months("date '2024-01-31'", 1) }} as given,
        date '2024-02-29' as expected
    union all
    select
        'take months',
        {{ add_months("date '2024-03-31'", -1) }},
        date '2024-02-29'
    union all
    select
        'add days',
        {{ add_days("date '2024-02-28'", 2) }},
        date '2024-03-01'
    union all
    select
        'days between',
        {{ add_days("date '2024-02-28'", days_between("date '2024-02-28'", "date '2024-03-01'")) }},
        date '2024-03-01'
    union all
    select
        'month start',
        {{ month_start("date '2024-02-29'") }},
        date '2024-02-01'
    union all
    select
        'month end',
        {{ month_end("date '2024-02-05'") }},
        date '2024-02-29'
    union all
    select
        'months between',
        {{ add_months("date '2024-01-01'", months_between("date '2023-12-31'", "date '2024-02-01'")) }},
        date '2024-03-01'
    union all
    select
        'milliseconds',
        cast({{ to_milliseconds("timestamp '2024-02-29 23:59:59.999999'") }} as date),
        date '2024-02-29'
    union all
    select
        'first day of a spine',
        min(spine.day),
        date '2024-02-28'
    from ({{ date_spine("date '2024-02-28'", "date '2024-03-01'") }}) as spine
    union all
    select
        'length of a spine',
        {{ add_days("min(spine.day)", "count(*)") }},
        date '2024-03-02'
    from ({{ date_spine("date '2024-02-28'", "date '2024-03-01'") }}) as spine
    union all
    select
        'last month of a spine',
        max(spine.month),
        date '2024-03-01'
    from ({{ month_spine("date '2023-12-31'", "date '2024-03-15'") }}) as spine
)

select *
from cases
where given is distinct from expected
