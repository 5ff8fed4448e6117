{#- What the marts of one domain hold per company and month: `facts` is a relation with model, company_id, month,
    measure, unit and value; `kpis` one with company_id, month, measure, unit, value and value_reporting, which the
    summary, the scorecard and the trends repeat. A company without number is NULL and is joined as 0, which none has. -#}
{% macro monthly_marts(domain, facts=none) -%}
-- A change is that of the published figures, which have six decimals: of a small base, more would show.
published_kpis as (
  select company_id, month, measure, unit, round(value::numeric, 6) as value, value_reporting
  from kpis
),
kpi_changes as (
  select
    k.company_id, k.month, '{{ domain }}.' || k.measure as measure, k.unit, k.value, k.value_reporting,
    {{ percent('k.value - p.value', 'p.value') }} as change_pct,
    {{ percent('k.value - y.value', 'y.value') }} as yoy_pct
  from published_kpis k
  left join published_kpis p
    on coalesce(p.company_id, 0) = coalesce(k.company_id, 0) and p.measure = k.measure
    and p.month = (k.month - interval '1 month')::date
  left join published_kpis y
    on coalesce(y.company_id, 0) = coalesce(k.company_id, 0) and y.measure = k.measure
    and y.month = (k.month - interval '1 year')::date
),
monthly_marts as (
  select
    'kpi_{{ domain }}_summary' as model, company_id, month, measure, unit, value, null::numeric as change_pct,
    null::numeric as yoy_pct
  from kpis
  union all
  select 'kpi_{{ domain }}_summary', company_id, month, measure || '_reporting', unit, value_reporting, null, null
  from kpis
  where value_reporting is not null
  union all
  select 'trend_analysis', company_id, month, measure, unit, value, change_pct, yoy_pct
  from kpi_changes
  where value <> 0
  union all
  select 'trend_analysis', company_id, month, measure || '_reporting', unit, value_reporting, null, null
  from kpi_changes
  where value <> 0 and value_reporting is not null
  union all
  select 'company_scorecard', company_id, month, measure, unit, value, change_pct, null
  from kpi_changes
  where value <> 0 and month = {{ month_of(as_of) }}
  union all
  select 'company_scorecard', company_id, month, measure || ' before', unit, value, null, null
  from kpi_changes
  where value <> 0 and month = ({{ month_of(as_of) }} - interval '1 month')::date
  {% if facts %}
  union all
  select model, company_id, month, measure, unit, value, null, null
  from {{ facts }}
  {% endif %}
)
select
  model, company_id, month, measure,
  case when unit = 'currency' then value end as amount,
  case when unit = 'percent' then value end as percentage,
  case when unit = 'days' then value end as days,
  case when unit = 'ratio' then value end as ratio,
  case when unit = 'count' then value end as number,
  change_pct, yoy_pct
from monthly_marts
{%- endmacro %}
