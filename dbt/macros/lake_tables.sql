{# Where tables lie in the lake when Trino writes them: silver and gold at <bucket>/<domain>/<model>. #}

{% macro lake_bucket(layer) -%}
    {{ return(env_var('ODOO_LAKE_ROOT', 's3://odoo-lake') ~ '-' ~ layer) }}
{%- endmacro %}

{# The path of a model's table; none for what has no path of its own. #}
{% macro lake_table_path(node) -%}
    {%- set folders = node.fqn -%}
    {%- if node.resource_type == 'model' and folders[1] == 'intermediate' -%}
        {{ return(lake_bucket('silver') ~ '/' ~ folders[2] ~ '/' ~ node.name) }}
    {%- elif node.resource_type == 'model' and folders[1] == 'marts' -%}
        {{ return(lake_bucket('gold') ~ '/' ~ folders[2] ~ '_mart/' ~ node.name) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# Takes the place of dbt-trino's macro of this name, which knows one path per model only. #}
{% macro properties(temporary=False) -%}
    {%- set path = lake_table_path(model) -%}
    {%- if path and not temporary %} with (location = '{{ path }}'){% endif -%}
{%- endmacro %}

{# Tables without a path of their own, temporary ones among them, lie below a folder of their schema. #}
{% macro trino__create_schema(relation) -%}
    {%- set layer = 'gold' if 'gold' in relation.schema else 'silver' -%}
    {%- call statement('create_schema') -%}
        create schema if not exists {{ relation.without_identifier() }}
        with (location = '{{ lake_bucket(layer) }}/_{{ relation.schema }}')
    {%- endcall -%}
{%- endmacro %}
