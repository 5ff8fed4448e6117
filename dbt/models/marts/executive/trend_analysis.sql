with finance as (
    select * from {{ ref('kpi_finance_summary') }}
),

sales as (
    select * from {{ ref('kpi_sales_summary') }}
),

operations as (
    select * from {{ ref('kpi_operations_summary') }}
),

operations_rates as (
    {{ reporting_rates('operations') }}
),

kpi_values as (
    {% for kpi in kpis() %}
    select
        {{ kpi.domain }}.company_id,
        '{{ kpi.domain }}.{{ kpi.column }}' as kpi,
        '{{ kpi.unit }}' as unit,
        cast({{ kpi.domain }}.{{ kpi.column }} as {{ type_money() }}) as value,
        {% if kpi.reporting == 'twin' %}
        {{ kpi.domain }}.{{ kpi.column }}_reporting as value_reporting,
        {% elif kpi.reporting == 'closing_rate' %}
        {{ multiply(kpi.domain ~ '.' ~ kpi.column, kpi.domain ~ '_rates.closing_rate', type_money()) }}
            as value_reporting,
        {% else %}
        cast(null as {{ type_money() }}) as value_reporting,
        {% endif %}
        {{ kpi.domain }}.month
    from {{ kpi.domain }}
    {% if kpi.reporting == 'closing_rate' %}
    left join {{ kpi.domain }}_rates
        on
            {{ kpi.domain }}.company_id = {{ kpi.domain }}_rates.company_id
            and {{ kpi.domain }}.month = {{ kpi.domain }}_rates.month
    {% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    kpi_values.company_id,
    kpi_values.kpi,
    kpi_values.unit,
    kpi_values.value,
    kpi_values.value_reporting,
    {{ percent('(kpi_values.value - months_before.value)', 'months_before.value') }} as mom_pct,
    {{ percent('(kpi_values.value - years_before.value)', 'years_before.value') }} as yoy_pct,
    kpi_values.month
from kpi_values
left join kpi_values as months_before
    on
        kpi_values.company_id is not distinct from months_before.company_id
        and kpi_values.kpi = months_before.kpi
        and {{ add_months('kpi_values.month', -1) }} = months_before.month
left join kpi_values as years_before
    on
        kpi_values.company_id is not distinct from years_before.company_id
        and kpi_values.kpi = years_before.kpi
        and {{ add_months('kpi_values.month', -12) }} = years_before.month
