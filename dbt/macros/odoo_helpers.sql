{# Reading bronze: versions of Odoo differ here and in staging, and nowhere else. #}

{# The newest row of each key of a bronze table, deleted rows left out.
   overwritten: the table holds states that Odoo overwrites, so a past day reads the rows extracted before its end. #}
{% macro newest_rows(table, key=['id'], overwritten=false) %}
{%- set bronze = source('odoo', table) -%}
{%- set until = "_airbyte_extracted_at < timestamp '" ~ var('overwritten_until') ~ "'" if overwritten and var('overwritten_until') else 'true' -%}
    select versions.*
    from {{ bronze }} as versions
    left join (
        select
            {{ key | join(', ') }},
            max(_airbyte_extracted_at) as newest_at
        from {{ bronze }}
        where {{ until }}
        group by {{ key | join(', ') }}
        having count(*) > 1
    ) as repeated
        on {% for name in key %}{{ 'and ' if not loop.first }}versions.{{ name }} = repeated.{{ name }}{{ ' ' if not loop.last }}{% endfor %}

    where
        {{ until }}
        and (repeated.newest_at is null or versions._airbyte_extracted_at = repeated.newest_at)
        {%- if '_ab_cdc_deleted_at' in bronze_columns(table) %}
        and versions._ab_cdc_deleted_at is null
        {%- endif %}
{%- endmacro %}

{# The names of the columns that a bronze table really has. #}
{% macro bronze_columns(table) %}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(source('odoo', table)) -%}
            {%- do names.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{% endmacro %}

{# A column if bronze has it, else NULL of its type. #}
{% macro optional(columns, name, type) -%}
    {%- if name in columns -%} cast({{ name }} as {{ type }}) {%- else -%} cast(null as {{ type }}) {%- endif -%}
{%- endmacro %}

{# The first of several columns that bronze has, for a column that changed its name between versions. #}
{% macro first_of(columns, names, type) -%}
    {%- set found = names | select('in', columns) | list -%}
    {%- if found -%} cast({{ found[0] }} as {{ type }}) {%- else -%} cast(null as {{ type }}) {%- endif -%}
{%- endmacro %}

{% macro type_money() %}decimal(24, 6){% endmacro %}
{% macro type_quantity() %}decimal(24, 6){% endmacro %}
{% macro type_rate() %}decimal(38, 12){% endmacro %}
