{# Days are the company's: a UTC time becomes a date in var business_timezone. #}

{# The day that figures are stated for, as YYYY-MM-DD. #}
{% macro as_of_day() -%}
    {%- set today = modules.datetime.datetime.now(modules.pytz.timezone(var('business_timezone'))).date().isoformat() -%}
    {{ return(var('as_of_date') or today) }}
{%- endmacro %}

{# The same as a date literal. #}
{% macro as_of_date() -%}
    date '{{ as_of_day() }}'
{%- endmacro %}

{# The business day of a UTC timestamp. #}
{% macro business_date(timestamp_column) -%}
    {%- if var('business_timezone') == 'UTC' -%}
        cast({{ timestamp_column }} as date)
    {%- else -%}
        {{ adapter.dispatch('business_date')(timestamp_column) }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__business_date(timestamp_column) -%}
    cast({{ timestamp_column }} at time zone 'UTC' at time zone '{{ var('business_timezone') }}' as date)
{%- endmacro %}

{% macro trino__business_date(timestamp_column) -%}
    cast(with_timezone({{ timestamp_column }}, 'UTC') at time zone '{{ var('business_timezone') }}' as date)
{%- endmacro %}

{# Cut to milliseconds: Hive tables hold no more. #}
{% macro to_milliseconds(timestamp_column) -%}
    cast(date_trunc('millisecond', {{ timestamp_column }}) as timestamp(6))
{%- endmacro %}

{% macro month_start(date_column) -%}
    cast(date_trunc('month', {{ date_column }}) as date)
{%- endmacro %}

{# The last day of a month. #}
{% macro month_end(date_column) -%}
    {{ add_days(add_months(month_start(date_column), 1), -1) }}
{%- endmacro %}

{# Negative months go back; the day is kept, or the month's last one taken. #}
{% macro add_months(date_column, months) -%}
    {{ adapter.dispatch('add_months')(date_column, months) }}
{%- endmacro %}

{% macro default__add_months(date_column, months) -%}
    date_add('month', {{ months }}, {{ date_column }})
{%- endmacro %}

{% macro duckdb__add_months(date_column, months) -%}
    cast({{ date_column }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro add_days(date_column, days) -%}
    {{ adapter.dispatch('add_days')(date_column, days) }}
{%- endmacro %}

{% macro default__add_days(date_column, days) -%}
    date_add('day', {{ days }}, {{ date_column }})
{%- endmacro %}

{% macro duckdb__add_days(date_column, days) -%}
    cast({{ date_column }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{# Days from one date to another: 0 for the same day. #}
{% macro days_between(from_date, to_date) -%}
    date_diff('day', {{ from_date }}, {{ to_date }})
{%- endmacro %}

{# Months from one month to another, by the calendar. #}
{% macro months_between(from_date, to_date) -%}
    date_diff('month', {{ month_start(from_date) }}, {{ month_start(to_date) }})
{%- endmacro %}

{# Now, for dbt's snapshots, in the type that staging gives timestamps: Delta tables hold no other precision. #}
{% macro trino__current_timestamp() -%}
    cast(current_timestamp at time zone 'UTC' as timestamp(6))
{%- endmacro %}
