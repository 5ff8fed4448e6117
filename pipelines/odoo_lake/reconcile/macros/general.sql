{#- The day on which a UTC timestamp falls for the business. -#}
{% macro business_date(moment) -%}
{% if timezone == 'UTC' -%}
({{ moment }})::date
{%- else -%}
((({{ moment }}) at time zone 'UTC') at time zone '{{ timezone }}')::date
{%- endif %}
{%- endmacro %}

{% macro month_of(day) -%}
date_trunc('month', ({{ day }})::timestamp)::date
{%- endmacro %}

{% macro last_day_of(month) -%}
({{ month }} + interval '1 month' - interval '1 day')::date
{%- endmacro %}

{#- NULL unless the base is above zero. -#}
{% macro percent(part, base) -%}
case when ({{ base }}) > 0 then 100.0 * ({{ part }}) / ({{ base }}) end
{%- endmacro %}

{#- Companies; the root owns a branch's chart of accounts and its currency rates. -#}
{% macro companies() -%}
companies as materialized (
  select
    c.id as company_id, c.currency_id, k.name as currency_code,
    {% if has('res_company', 'parent_path') %}
    coalesce(nullif(split_part(c.parent_path, '/', 1), '')::int, c.id) as root_id,
    coalesce(nullif(c.parent_path, ''), c.id || '/') as path
    {% else %}
    c.id as root_id, c.id || '/' as path
    {% endif %}
  from res_company c
  join res_currency k on k.id = c.currency_id
)
{%- endmacro %}

{#- Each product's own unit, and how many of one unit make one of another. -#}
{% macro units() -%}
product_units as materialized (
  select v.id as product_id, p.uom_id as unit_id
  from product_product v
  join product_template p on p.id = v.product_tmpl_id
),
unit_ratios as materialized (
  select
    f.id as from_unit_id, t.id as to_unit_id,
    {{ 'f.factor / nullif(t.factor, 0)' if version >= 19 else 't.factor / nullif(f.factor, 0)' }} as ratio
  from uom_uom f
  join uom_uom t on t.id <> f.id
)
{%- endmacro %}

{#- Joins for in_product_unit and is_other_unit; needs units. -#}
{% macro unit_of(unit, product) -%}
left join product_units pu on pu.product_id = {{ product }}
  left join unit_ratios ur on ur.from_unit_id = {{ unit }} and ur.to_unit_id = pu.unit_id
{%- endmacro %}

{#- A quantity in the product's unit; without unit or product it is taken as it is. -#}
{% macro in_product_unit(quantity) -%}
({{ quantity }}) * coalesce(ur.ratio, 1)
{%- endmacro %}

{% macro is_other_unit() -%}
ur.ratio is not null
{%- endmacro %}

{#- Units of the currency per unit of Odoo's reference currency, as Odoo looks it up for the company that owns it. -#}
{% macro rate(currency, root, day) -%}
coalesce(
  (select r.rate from res_currency_rate r
   where r.currency_id = {{ currency }} and r.name <= {{ day }} and (r.company_id is null or r.company_id = {{ root }})
   order by r.company_id, r.name desc limit 1),
  {% if version >= 17 %}
  (select r.rate from res_currency_rate r
   where r.currency_id = {{ currency }} and (r.company_id is null or r.company_id = {{ root }})
   order by r.company_id, r.name limit 1),
  {% endif %}
  1)
{%- endmacro %}

{#- What to divide an order's amounts by for the company's currency; `o` is the order, `c` is companies. -#}
{% macro order_rate() -%}
coalesce(
  nullif(o.currency_rate, 0)::numeric,
  case when coalesce(o.currency_id, c.currency_id) = c.currency_id then 1 end,
  {{ rate('o.currency_id', 'c.root_id', business_date('o.date_order')) }}
  / {{ rate('c.currency_id', 'c.root_id', business_date('o.date_order')) }})
{%- endmacro %}

{#- Per company and month of `months`: the mean of the daily rates into the reporting currency, and the last one.
    Needs companies. -#}
{% macro reporting_rates(months) -%}
reporting as (
  {% if reporting_currency %}
  select id as currency_id from res_currency where name = '{{ reporting_currency }}'
  {% else %}
  select currency_id from res_company order by id limit 1
  {% endif %}
),
wanted_rates as (
  select distinct c.root_id, k.currency_id
  from companies c
  cross join reporting t
  cross join lateral (values (c.currency_id), (t.currency_id)) as k(currency_id)
  where c.currency_id <> t.currency_id
),
own_rates as (
  select w.root_id, w.currency_id, min(r.name) as first_day
  from wanted_rates w
  join res_currency_rate r on r.currency_id = w.currency_id and r.company_id = w.root_id
  group by 1, 2
),
rate_steps as (
  select
    w.root_id, w.currency_id, r.name as day, r.rate,
    lead(r.name) over (partition by w.root_id, w.currency_id order by r.name) as next_day
  from wanted_rates w
  join res_currency_rate r on r.currency_id = w.currency_id and (r.company_id is null or r.company_id = w.root_id)
  left join own_rates f on f.root_id = w.root_id and f.currency_id = w.currency_id
  where r.company_id is not null or f.first_day is null or r.name < f.first_day
),
rate_days as (
  select s.root_id, s.currency_id, d.day::date as day, s.rate
  from rate_steps s
  cross join lateral generate_series(
    s.day, least(coalesce(s.next_day - 1, {{ as_of }}), {{ as_of }}), interval '1 day') as d(day)
),
rates_before as (
  select w.root_id, w.currency_id, {{ rate('w.currency_id', 'w.root_id', "date '0001-01-01'") }} as rate
  from wanted_rates w
),
reporting_days as (
  select
    m.company_id, m.month, d.day::date as day,
    coalesce(td.rate, tb.rate) / coalesce(sd.rate, sb.rate) as factor
  from {{ months }} m
  join companies c on c.company_id = m.company_id
  cross join reporting t
  cross join lateral generate_series(
    m.month, least({{ last_day_of('m.month') }}, {{ as_of }}), interval '1 day') as d(day)
  join rates_before sb on sb.root_id = c.root_id and sb.currency_id = c.currency_id
  join rates_before tb on tb.root_id = c.root_id and tb.currency_id = t.currency_id
  left join rate_days sd on sd.root_id = c.root_id and sd.currency_id = c.currency_id and sd.day = d.day::date
  left join rate_days td on td.root_id = c.root_id and td.currency_id = t.currency_id and td.day = d.day::date
  where c.currency_id <> t.currency_id
),
foreign_rates as (
  select company_id, month, avg(factor) as mean_rate, (array_agg(factor order by day desc))[1] as closing_rate
  from reporting_days
  group by 1, 2
),
reporting_rates as (
  select m.company_id, m.month, coalesce(f.mean_rate, 1) as mean_rate, coalesce(f.closing_rate, 1) as closing_rate
  from {{ months }} m
  left join foreign_rates f on f.company_id = m.company_id and f.month = m.month
)
{%- endmacro %}
