with companies as (
    select * from {{ ref('stg_odoo__companies') }}
),

ranked as (
    select
        currencies.currency_id,
        currencies.currency_code,
        row_number() over (order by companies.company_id) as place
    from {{ ref('stg_odoo__currencies') }} as currencies
    left join companies
        on currencies.currency_id = companies.currency_id
    {% if var('reporting_currency') %}
    where currencies.currency_code = '{{ var('reporting_currency') }}'
    {% endif %}
),

reporting as (
    select
        currency_id,
        currency_code
    from ranked
    where place = 1
),

ranges as (
    select * from {{ ref('stg_odoo__currency_rate_ranges') }}
),

changes as (
    select
        companies.company_id,
        ranges.valid_from,
        ranges.rate as from_rate,
        cast(null as {{ type_rate() }}) as to_rate
    from companies
    inner join ranges
        on
            companies.company_id = ranges.company_id
            and companies.currency_id = ranges.currency_id
    union all
    select
        ranges.company_id,
        ranges.valid_from,
        cast(null as {{ type_rate() }}) as from_rate,
        ranges.rate as to_rate
    from reporting
    inner join ranges
        on reporting.currency_id = ranges.currency_id
),

days as (
    select
        company_id,
        valid_from,
        max(from_rate) as from_rate,
        max(to_rate) as to_rate
    from changes
    group by company_id, valid_from
),

-- A rate holds until the next one: the days that share a count belong to the same rate.
counted as (
    select
        company_id,
        valid_from,
        from_rate,
        to_rate,
        count(from_rate) over (partition by company_id order by valid_from) as from_count,
        count(to_rate) over (partition by company_id order by valid_from) as to_count,
        lead(valid_from, 1, date '9999-12-31') over (partition by company_id order by valid_from) as valid_to
    from days
),

filled as (
    select
        company_id,
        valid_from,
        valid_to,
        max(from_rate) over (partition by company_id, from_count) as from_rate,
        max(to_rate) over (partition by company_id, to_count) as to_rate
    from counted
)

select
    filled.company_id,
    reporting.currency_id as reporting_currency_id,
    reporting.currency_code as reporting_currency_code,
    {{ divide('filled.to_rate', 'filled.from_rate', type_conversion()) }} as conversion_rate,
    filled.valid_from,
    filled.valid_to
from filled
cross join reporting
