{# Schemas carry their own names in production; every other target prefixes them with the user's name. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set schema = custom_schema_name or target.schema -%}
    {%- if target.name in ('local', 'prod') -%}
        {{ schema | trim }}
    {%- else -%}
        {{ env_var('USER', 'dev') }}_{{ schema | trim }}
    {%- endif -%}
{%- endmacro %}
