{#- What the summary, the scorecard and the trends hold of one domain's KPIs. Needs kpis: company_id, month, kpi, unit,
    value and value_reporting. A company without number is NULL, so companies are joined by a number that none has. -#}
{% macro kpi_models(domain) -%}
kpi_changes as (
  select
    k.company_id, k.month, k.kpi, k.unit, k.value, k.value_reporting, p.value as previous_value,
    {{ percent('k.value - p.value', 'p.value') }} as change_pct,
    {{ percent('k.value - y.value', 'y.value') }} as yoy_pct
  from kpis k
  left join kpis p
    on coalesce(p.company_id, 0) = coalesce(k.company_id, 0) and p.kpi = k.kpi
    and p.month = (k.month - interval '1 month')::date
  left join kpis y
    on coalesce(y.company_id, 0) = coalesce(k.company_id, 0) and y.kpi = k.kpi
    and y.month = (k.month - interval '1 year')::date
),
kpi_rows as (
  select
    'kpi_{{ domain }}_summary' as model, company_id, kpi, month, unit, value, null::numeric as change_pct,
    null::numeric as yoy_pct
  from kpis
  union all
  select 'kpi_{{ domain }}_summary', company_id, kpi || '_reporting', month, unit, value_reporting, null, null
  from kpis
  where value_reporting is not null
  union all
  select 'trend_analysis', company_id, kpi, month, unit, value, change_pct, yoy_pct
  from kpi_changes
  where value <> 0
  union all
  select 'trend_analysis', company_id, kpi || '_reporting', month, unit, value_reporting, null, null
  from kpi_changes
  where value <> 0 and value_reporting is not null
  union all
  select 'company_scorecard', company_id, kpi, month, unit, value, change_pct, null
  from kpi_changes
  where value <> 0 and month = {{ month_of(as_of) }}
  union all
  select 'company_scorecard previous', company_id, kpi, month, unit, value, null, null
  from kpi_changes
  where value <> 0 and month = ({{ month_of(as_of) }} - interval '1 month')::date
)
select
  model, company_id, kpi, month,
  case when unit = 'currency' then value end as amount,
  case when unit = 'percent' then value end as percentage,
  case when unit = 'days' then value end as days,
  case when unit = 'ratio' then value end as ratio,
  case when unit = 'count' then value end as number,
  change_pct, yoy_pct
from kpi_rows
{%- endmacro %}
