{# Arithmetic that gives the same digits on every engine: DuckDB divides decimals as floating point, Trino rounds to
   the wider operand's scale. All rounding is half up (away from zero), at the scale of the result. #}

{# Whole percentages, ratios and money share one scale. #}
{% macro type_money() %}decimal(24, 6){% endmacro %}
{% macro type_quantity() %}decimal(24, 6){% endmacro %}
{% macro type_percent() %}decimal(24, 6){% endmacro %}
{% macro type_rate() %}decimal(38, 12){% endmacro %}

{# Between two currencies a rate of 12 decimals is too coarse for one that is worth little. #}
{% macro type_conversion() %}decimal(38, 15){% endmacro %}

{% macro decimal_scale(type) -%}
    {{ return((type | string).split(',')[1] | replace(')', '') | trim | int) }}
{%- endmacro %}

{# numerator / denominator, NULL where the denominator is 0. The operands are taken at `scale` decimals. #}
{% macro divide(numerator, denominator, type, scale=12) -%}
    {{ adapter.dispatch('divide')(numerator, denominator, type, scale) }}
{%- endmacro %}

{% macro duckdb__divide(numerator, denominator, type, scale) -%}
    {%- set decimals = decimal_scale(type) -%}
    {%- set dividend -%}
        cast(cast({{ numerator }} as decimal(38, {{ scale }})) * {{ 10 ** scale }} as hugeint) * {{ 10 ** decimals }}
    {%- endset -%}
    {%- set divisor -%}
        cast(cast({{ denominator }} as decimal(38, {{ scale }})) * {{ 10 ** scale }} as hugeint)
    {%- endset -%}
    cast(
        cast((2 * {{ dividend }} + sign({{ numerator }}) * abs({{ divisor }})) // (2 * nullif({{ divisor }}, 0)) as decimal(38, 0))
        {%- if decimals %} * cast(0.{{ '0' * (decimals - 1) }}1 as decimal({{ decimals }}, {{ decimals }})){% endif %} as {{ type }}
    )
{%- endmacro %}

{% macro trino__divide(numerator, denominator, type, scale) -%}
    {%- set decimals = decimal_scale(type) -%}
    {#- Trino rounds a quotient of whole decimals half up to a whole number. -#}
    cast(
        cast(cast({{ numerator }} as decimal(38, {{ scale }})) * {{ 10 ** scale }} as decimal(38, 0)) * {{ 10 ** decimals }}
        / nullif(cast(cast({{ denominator }} as decimal(38, {{ scale }})) * {{ 10 ** scale }} as decimal(38, 0)), 0)
        {%- if decimals %} * decimal '0.{{ '0' * (decimals - 1) }}1'{% endif %} as {{ type }}
    )
{%- endmacro %}

{# The product of two decimals, rounded once, at the result's scale. #}
{% macro multiply(a, b, type) -%}
    cast(({{ a }}) * ({{ b }}) as {{ type }})
{%- endmacro %}

{# 100 * part / base, NULL unless the base is greater than 0. #}
{% macro percent(part, base) -%}
    case when ({{ base }}) > 0 then {{ divide('100 * (' ~ part ~ ')', base, type_percent(), 6) }} end
{%- endmacro %}

{# The arithmetic mean of the values that are not NULL: an aggregate. #}
{% macro mean(expression, type) -%}
    {{ divide('sum(' ~ expression ~ ')', 'count(' ~ expression ~ ')', type) }}
{%- endmacro %}

{# The middle value, or the mean of the two in the middle: an aggregate. #}
{% macro median_exact(expression, type) -%}
    {{ adapter.dispatch('median_exact')(expression, type) }}
{%- endmacro %}

{% macro duckdb__median_exact(expression, type) -%}
    {#- Of an even number of values, the lower middle one going up is the upper one going down. -#}
    {{ divide('(quantile_disc(' ~ expression ~ ', 0.5) - quantile_disc(-(' ~ expression ~ '), 0.5))', '2', type) }}
{%- endmacro %}

{% macro trino__median_exact(expression, type) -%}
    {%- set values -%}
        array_sort(array_agg({{ expression }}) filter (where {{ expression }} is not null))
    {%- endset -%}
    {%- set lower = 'element_at(' ~ values ~ ', (cardinality(' ~ values ~ ') + 1) / 2)' -%}
    {%- set upper = 'element_at(' ~ values ~ ', cardinality(' ~ values ~ ') / 2 + 1)' -%}
    {{ divide('(' ~ lower ~ ' + ' ~ upper ~ ')', '2', type) }}
{%- endmacro %}

{# 0 to 10^digits - 1, in a column `number`. #}
{% macro numbers(digits) -%}
    select
        {% for place in range(digits) %}{{ 10 ** place }} * digit_{{ place }}.digit{{ ' + ' if not loop.last }}{% endfor %} as number
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digit_0 (digit)
    {%- for place in range(1, digits) %}
    cross join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digit_{{ place }} (digit)
    {%- endfor %}
{%- endmacro %}
