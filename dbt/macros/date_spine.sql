{# Calendars without gaps. #}

{# Every day from one date to another, both included, in a column `day`. Both are literals or scalar subqueries. #}
{% macro date_spine(from_date, to_date) -%}
    {#- A million days reach back to the first year: a date may be mistyped. -#}
    select {{ add_days(from_date, 'numbers.number') }} as day
    from ({{ numbers(6) }}) as numbers
    where numbers.number <= {{ days_between(from_date, to_date) }}
{%- endmacro %}

{# The first day of every month from one date's to another's, both included, in a column `month`. #}
{% macro month_spine(from_date, to_date) -%}
    select {{ add_months(month_start(from_date), 'numbers.number') }} as month
    from ({{ numbers(5) }}) as numbers
    where numbers.number <= {{ months_between(from_date, to_date) }}
{%- endmacro %}
