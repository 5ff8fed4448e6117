with companies as (
    select
        company_id,
        fiscalyear_last_month,
        -- The month in which a fiscal year begins; one that ends within a month begins in that month.
        case
            when fiscalyear_last_day >= 28 and fiscalyear_last_month = 2 then 3
            when
                fiscalyear_last_day
                >= extract(day from {{ month_end(add_months("date '2001-01-01'", 'fiscalyear_last_month - 1')) }})
                then fiscalyear_last_month % 12 + 1
            else fiscalyear_last_month
        end as first_month
    from {{ ref('stg_odoo__companies') }}
),

overrides as (
    select * from {{ ref('fiscal_periods') }}
),

locks as (
    select
        ancestors.company_id,
        max(greatest(
            coalesce(companies.fiscalyear_lock_date, date '0001-01-01'),
            coalesce(companies.hard_lock_date, date '0001-01-01')
        )) as locked_until
    from {{ ref('stg_odoo__company_ancestors') }} as ancestors
    inner join {{ ref('stg_odoo__companies') }} as companies
        on ancestors.ancestor_company_id = companies.company_id
    group by ancestors.company_id
),

postings as (
    select
        company_id,
        min(date) as first_date,
        max(date) as last_date
    from {{ ref('fact_journal_entry') }}
    group by company_id
),

spans as (
    select
        companies.company_id,
        companies.first_month,
        companies.fiscalyear_last_month,
        locks.locked_until,
        {{ month_start('least(coalesce(postings.first_date, ' ~ as_of_date() ~ '), ' ~ as_of_date() ~ ')') }}
            as first_day,
        {{ month_start('greatest(coalesce(postings.last_date, ' ~ as_of_date() ~ '), ' ~ as_of_date() ~ ')') }}
            as last_day
    from companies
    inner join locks
        on companies.company_id = locks.company_id
    left join postings
        on companies.company_id = postings.company_id
),

-- Whole fiscal years around what is posted and the day that figures are stated for.
fiscal_spans as (
    select
        company_id,
        first_month,
        fiscalyear_last_month,
        locked_until,
        {{ add_months('first_day', '-cast((extract(month from first_day) - first_month + 12) % 12 as integer)') }}
            as first_day,
        {{ add_months('last_day', '11 - cast((extract(month from last_day) - first_month + 12) % 12 as integer)') }}
            as last_day
    from spans
),

bounds as (
    select
        min(first_day) as first_day,
        max(last_day) as last_day
    from fiscal_spans
),

calendar as (
    {{ month_spine('(select bounds.first_day from bounds)', '(select bounds.last_day from bounds)') }}
),

months as (
    select
        fiscal_spans.company_id,
        fiscal_spans.first_month,
        fiscal_spans.fiscalyear_last_month,
        fiscal_spans.locked_until,
        calendar.month,
        cast((extract(month from calendar.month) - fiscal_spans.first_month + 12) % 12 as integer) as months_into_year
    from fiscal_spans
    inner join calendar
        on calendar.month between fiscal_spans.first_day and fiscal_spans.last_day
),

periods as (
    select
        company_id,
        month as period_start,
        {{ month_end('month') }} as period_end,
        cast(extract(year from {{ add_months(
            'month', 'case when first_month = fiscalyear_last_month then 12 else 11 end - months_into_year'
        ) }}) as integer) as fiscal_year,
        cast(floor(months_into_year / 3.0) as integer) + 1 as fiscal_quarter,
        {{ month_end('month') }} <= locked_until as is_locked
    from months
)

select
    periods.company_id,
    coalesce(own_overrides.fiscal_year, shared_overrides.fiscal_year, periods.fiscal_year) as fiscal_year,
    coalesce(own_overrides.fiscal_quarter, shared_overrides.fiscal_quarter, periods.fiscal_quarter) as fiscal_quarter,
    periods.is_locked,
    periods.period_start,
    periods.period_end
from periods
left join overrides as own_overrides
    on
        periods.company_id = own_overrides.company_id
        and periods.period_start = own_overrides.period_start
left join overrides as shared_overrides
    on
        periods.period_start = shared_overrides.period_start
        and shared_overrides.company_id is null
