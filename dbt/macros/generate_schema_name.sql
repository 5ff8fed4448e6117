{# Schemas carry their own names in production; every other target prefixes them with the user's name. On Trino, silver
   and gold are what readers see: views that are switched after all tests. Their tables are built beside them. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set schema = custom_schema_name or target.schema -%}
    {%- if target.type == 'trino' and schema in ('silver', 'gold') -%}
        {%- set schema = schema ~ '_build' -%}
    {%- endif -%}
    {%- if target.name in ('local', 'prod', 'trino') -%}
        {{ schema | trim }}
    {%- else -%}
        {{ env_var('USER', 'dev') }}_{{ schema | trim }}
    {%- endif -%}
{%- endmacro %}
