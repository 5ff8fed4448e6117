{#- Fragments that the lake's side of several checks share; for DuckDB and Trino alike. -#}

{#- One domain's marts per company and month, a row for each column. `facts` maps a mart to its columns and their units;
    `kpis` does so for the summary, whose columns the scorecard and the trends repeat; `reporting` names those that are
    also stated in the reporting currency. -#}
{% macro monthly_marts(domain, kpis, reporting=[], facts={}) %}
{% set number = 'decimal(38,10)' %}
{% set names = [] %}
{% for column in kpis %}
{% set _ = names.append("'" ~ domain ~ '.' ~ column ~ "'") %}
{% endfor %}
select
  model, company_id, month, measure,
  case when unit = 'currency' then value end as amount,
  case when unit = 'percent' then value end as percentage,
  case when unit = 'days' then value end as days,
  case when unit = 'ratio' then value end as ratio,
  case when unit = 'count' then value end as number,
  change_pct, yoy_pct
from (
{% for model, columns in facts.items() %}
{% for column, unit in columns.items() %}
  select
    '{{ model }}' as model, company_id, month, '{{ column }}' as measure, '{{ unit }}' as unit,
    cast({{ column }} as {{ number }}) as value,
    cast(null as {{ number }}) as change_pct, cast(null as {{ number }}) as yoy_pct
  from gold.{{ model }}
  union all
{% endfor %}
{% endfor %}
{% for column, unit in kpis.items() %}
{% for suffix in ['', '_reporting'] if suffix == '' or column in reporting %}
  select
    'kpi_{{ domain }}_summary' as model, company_id, month, '{{ column }}{{ suffix }}' as measure, '{{ unit }}' as unit,
    cast({{ column }}{{ suffix }} as {{ number }}) as value,
    cast(null as {{ number }}) as change_pct, cast(null as {{ number }}) as yoy_pct
  from gold.kpi_{{ domain }}_summary
  union all
  select
    'trend_analysis', company_id, month, kpi || '{{ suffix }}', '{{ unit }}', cast(value{{ suffix }} as {{ number }}),
    cast({{ 'null' if suffix else 'mom_pct' }} as {{ number }}),
    cast({{ 'null' if suffix else 'yoy_pct' }} as {{ number }})
  from gold.trend_analysis
  where kpi = '{{ domain }}.{{ column }}' and value <> 0
  union all
{% endfor %}
{% endfor %}
  select
    'company_scorecard', company_id, cast(date_trunc('month', {{ as_of }}) as date), kpi, unit,
    cast(value as {{ number }}), cast(change_pct as {{ number }}), cast(null as {{ number }})
  from gold.company_scorecard
  where kpi in ({{ names | join(', ') }}) and value <> 0
  union all
  select
    'company_scorecard', company_id, cast(date_trunc('month', {{ as_of }}) - interval '1' month as date),
    kpi || ' before', unit, cast(previous_value as {{ number }}), cast(null as {{ number }}), cast(null as {{ number }})
  from gold.company_scorecard
  where kpi in ({{ names | join(', ') }}) and previous_value <> 0
) as monthly_marts
{% endmacro %}
