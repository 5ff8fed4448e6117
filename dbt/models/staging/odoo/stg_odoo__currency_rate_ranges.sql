with companies as (
    select * from {{ ref('stg_odoo__companies') }}
),

roots as (
    select distinct
        root_company_id,
        takes_earliest_rate
    from companies
),

pairs as (
    select
        roots.root_company_id,
        roots.takes_earliest_rate,
        currencies.currency_id
    from roots
    cross join {{ ref('stg_odoo__currencies') }} as currencies
),

rates as (
    select
        roots.root_company_id,
        rates.currency_id,
        rates.rate,
        rates.rate_date,
        rates.company_id is not null as is_own,
        row_number() over (
            partition by roots.root_company_id, rates.currency_id
            order by case when rates.company_id is null then 1 else 0 end, rates.rate_date
        ) as fallback_rank,
        min(case when rates.company_id is not null then rates.rate_date end) over (
            partition by roots.root_company_id, rates.currency_id
        ) as first_own_date
    from roots
    inner join {{ ref('stg_odoo__currency_rates') }} as rates
        on coalesce(rates.company_id, roots.root_company_id) = roots.root_company_id
),

starts as (
    select
        pairs.root_company_id,
        pairs.currency_id,
        case when pairs.takes_earliest_rate then coalesce(rates.rate, 1) else 1 end as rate,
        date '0001-01-01' as valid_from
    from pairs
    left join rates
        on
            pairs.root_company_id = rates.root_company_id
            and pairs.currency_id = rates.currency_id
            and rates.fallback_rank = 1
    union all
    -- A company's own rate counts before a shared one, even if that one is newer.
    select
        root_company_id,
        currency_id,
        rate,
        rate_date as valid_from
    from rates
    where is_own or first_own_date is null or rate_date < first_own_date
),

ranges as (
    select
        root_company_id,
        currency_id,
        rate,
        valid_from,
        lead(valid_from, 1, date '9999-12-31') over (
            partition by root_company_id, currency_id
            order by valid_from
        ) as valid_to
    from starts
)

select
    companies.company_id,
    ranges.currency_id,
    cast(ranges.rate as {{ type_rate() }}) as rate,
    ranges.valid_from,
    ranges.valid_to
from companies
inner join ranges
    on companies.root_company_id = ranges.root_company_id
