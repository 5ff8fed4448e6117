{%- set measures = [
    'amount_ordered', 'amount_invoiced', 'orders', 'new_customers', 'quotations', 'confirmed_quotations',
    'closed_opportunities', 'won_opportunities',
] -%}

with months as (
    select
        company_id,
        {% for measure in measures -%}
        sum(case when measure = '{{ measure }}' then value else 0 end) as {{ measure }},
        {% endfor -%}
        month
    from {{ ref('int_sales_measures') }}
    group by company_id, month
),

reporting_rates as (
    {{ reporting_rates('months') }}
),

companies as (
    select * from {{ ref('int_company_currencies') }}
)

select
    months.company_id,
    companies.currency_code,
    cast(months.amount_ordered as {{ type_money() }}) as amount_ordered,
    {{ multiply('months.amount_ordered', 'reporting_rates.average_rate', type_money()) }} as amount_ordered_reporting,
    cast(months.amount_invoiced as {{ type_money() }}) as amount_invoiced,
    {{ multiply('months.amount_invoiced', 'reporting_rates.average_rate', type_money()) }} as amount_invoiced_reporting,
    cast(months.orders as bigint) as orders,
    cast(months.new_customers as bigint) as new_customers,
    cast(months.quotations as bigint) as quotations,
    {{ percent('months.won_opportunities', 'months.closed_opportunities') }} as win_rate_pct,
    {{ percent('months.confirmed_quotations', 'months.quotations') }} as quotation_conversion_pct,
    months.month
from months
left join reporting_rates
    on
        months.company_id = reporting_rates.company_id
        and months.month = reporting_rates.month
left join companies
    on months.company_id = companies.company_id
