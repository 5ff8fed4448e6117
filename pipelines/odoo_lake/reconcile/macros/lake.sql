{#- Fragments that the lake's side of several checks share; for DuckDB and Trino alike. -#}

{#- One domain's KPIs in the summary, the scorecard and the trends; `units` says each KPI's unit, `reporting` names
    those that are also stated in the reporting currency. -#}
{% macro kpi_models(domain, units, reporting=[], trends=none) %}
{% set number = 'decimal(38,10)' %}
{% set names = [] %}
{% for column in units %}
{% set _ = names.append("'" ~ domain ~ '.' ~ column ~ "'") %}
{% endfor %}
select
  model, company_id, kpi, month,
  case when unit = 'currency' then value end as amount,
  case when unit = 'percent' then value end as percentage,
  case when unit = 'days' then value end as days,
  case when unit = 'ratio' then value end as ratio,
  case when unit = 'count' then value end as number,
  change_pct, yoy_pct
from (
{% for column, unit in units.items() %}
{% for suffix in ['', '_reporting'] if suffix == '' or column in reporting %}
  select
    'kpi_{{ domain }}_summary' as model, company_id, '{{ domain }}.{{ column }}{{ suffix }}' as kpi, month,
    '{{ unit }}' as unit, cast({{ column }}{{ suffix }} as {{ number }}) as value,
    cast(null as {{ number }}) as change_pct, cast(null as {{ number }}) as yoy_pct
  from gold.kpi_{{ domain }}_summary
  union all
  select
    'trend_analysis', company_id, kpi || '{{ suffix }}', month, '{{ unit }}', cast(value{{ suffix }} as {{ number }}),
    cast({{ 'null' if suffix else 'mom_pct' }} as {{ number }}),
    cast({{ 'null' if suffix else 'yoy_pct' }} as {{ number }})
  from gold.trend_analysis
  where kpi = '{{ domain }}.{{ column }}' and value <> 0
  union all
{% endfor %}
{% endfor %}
  select
    'company_scorecard', company_id, kpi, cast(date_trunc('month', {{ as_of }}) as date), unit,
    cast(value as {{ number }}), cast(change_pct as {{ number }}), cast(null as {{ number }})
  from gold.company_scorecard
  where kpi in ({{ names | join(', ') }}) and value <> 0
  union all
  select
    'company_scorecard previous', company_id, kpi,
    cast(date_trunc('month', {{ as_of }}) - interval '1' month as date), unit,
    cast(previous_value as {{ number }}), cast(null as {{ number }}), cast(null as {{ number }})
  from gold.company_scorecard
  where kpi in ({{ names | join(', ') }}) and previous_value <> 0
) as kpi_rows
{% endmacro %}
