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

{# Text that Odoo may keep translated, as {"en_US": "Sales", "fr_FR": "Ventes"}: the English one, else the first.
   The value decides, since the same column is plain in one version and translated in the next. #}
{% macro translated(column) -%}
    {{ adapter.dispatch('translated')(column) }}
{%- endmacro %}

{% macro duckdb__translated(column) -%}
    {%- set object -%} try_cast({{ column }} as json) {%- endset -%}
    coalesce(
        json_extract_string({{ object }}, '$.en_US'),
        json_extract_string({{ object }}, json_keys({{ object }})[1]),
        nullif({{ column }}, '{}')
    )
{%- endmacro %}

{% macro trino__translated(column) -%}
    {%- set object -%} try(cast(json_parse({{ column }}) as map(varchar, varchar))) {%- endset -%}
    {#- PostgreSQL keeps the keys of jsonb by length, then by letter; a map has no order. -#}
    coalesce(
        element_at({{ object }}, 'en_US'),
        element_at({{ object }}, array_min(transform(
            map_keys({{ object }}), name -> cast(row(length(name), name) as row(size bigint, name varchar))
        )).name),
        nullif({{ column }}, '{}')
    )
{%- endmacro %}

{# The value of a key of a JSON object, as text. The key is an expression. #}
{% macro json_text_at(column, key) -%}
    {{ adapter.dispatch('json_text_at')(column, key) }}
{%- endmacro %}

{% macro duckdb__json_text_at(column, key) -%}
    json_extract_string(try_cast({{ column }} as json), cast({{ key }} as varchar))
{%- endmacro %}

{% macro trino__json_text_at(column, key) -%}
    json_extract_scalar({{ column }}, '$["' || cast({{ key }} as varchar) || '"]')
{%- endmacro %}

{# A company's value of a column that Odoo keeps per company, as {"1": 12.5}; NULL where it has none of its own. #}
{% macro company_value(column, company_id, type) -%}
    try_cast({{ json_text_at(column, company_id) }} as {{ type }})
{%- endmacro %}

{# Texts of a group, one after the other in an order: an aggregate. #}
{% macro join_text(expression, separator, order_by) -%}
    {{ adapter.dispatch('join_text')(expression, separator, order_by) }}
{%- endmacro %}

{% macro duckdb__join_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro trino__join_text(expression, separator, order_by) -%}
    listagg({{ expression }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}

{# Keys whose newest row marks that they are gone: deleted in Odoo, or as `gone` says. #}
{% macro removed_keys(table, gone='_ab_cdc_deleted_at is not null') %}
    select id
    from {{ source('odoo', table) }}
    where id in (select id from {{ source('odoo', table) }} where {{ gone }})
    group by id
    having max(_airbyte_extracted_at) = max(case when {{ gone }} then _airbyte_extracted_at end)
{%- endmacro %}

{# A column is one of a list, which may be empty. #}
{% macro is_one_of(column, values) -%}
    {%- if values -%} coalesce({{ column }} in ('{{ values | join("', '") }}'), false) {%- else -%} false {%- endif -%}
{%- endmacro %}
