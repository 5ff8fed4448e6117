with trends as (
    select * from {{ ref('trend_analysis') }}
),

companies as (
    select distinct company_id
    from trends
),

kpi_names as (
    select
        names.kpi,
        names.unit
    from (
        values
        {% for kpi in kpis() %}
        ('{{ kpi.domain }}.{{ kpi.column }}', '{{ kpi.unit }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as names (kpi, unit)
),

scores as (
    select
        companies.company_id,
        kpi_names.kpi,
        kpi_names.unit,
        this_month.value,
        last_month.value as previous_value
    from companies
    cross join kpi_names
    left join trends as this_month
        on
            companies.company_id is not distinct from this_month.company_id
            and kpi_names.kpi = this_month.kpi
            and this_month.month = {{ month_start(as_of_date()) }}
    left join trends as last_month
        on
            companies.company_id is not distinct from last_month.company_id
            and kpi_names.kpi = last_month.kpi
            and last_month.month = {{ add_months(month_start(as_of_date()), -1) }}
)

select
    scores.company_id,
    scores.kpi,
    scores.unit,
    currencies.currency_code,
    scores.value,
    scores.previous_value,
    {{ percent('(scores.value - scores.previous_value)', 'scores.previous_value') }} as change_pct,
    {{ as_of_date() }} as as_of_date
from scores
left join {{ ref('int_company_currencies') }} as currencies
    on
        scores.company_id = currencies.company_id
        and scores.unit = 'currency'
