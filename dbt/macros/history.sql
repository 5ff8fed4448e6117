{# What bronze held on each day: the state of a day is what its last extraction found. #}

{# One row per key and span of days in which its columns did not change: valid from the first day, until before the
   last. Days before the first extraction are in no span. #}
{% macro daily_versions(table, columns, key=['id']) %}
{%- set keys = key | join(', ') -%}
{%- set is_deleted = '_ab_cdc_deleted_at is not null' if '_ab_cdc_deleted_at' in bronze_columns(table) else 'false' -%}
    select
        {{ (key + columns) | join(',\n        ') }},
        valid_from,
        valid_until
    from (
        select
            {{ (key + columns) | join(',\n            ') }},
            {{ is_deleted }} as is_deleted,
            {{ business_date('_airbyte_extracted_at') }} as valid_from,
            coalesce(
                lead({{ business_date('_airbyte_extracted_at') }}) over (
                    partition by {{ keys }} order by _airbyte_extracted_at
                ),
                {{ end_of_time() }}
            ) as valid_until
        from {{ source('odoo', table) }}
    ) as versions
    where not is_deleted and valid_from < valid_until
{%- endmacro %}

{# The end of a span that has not ended. #}
{% macro end_of_time() %}date '9999-12-31'{% endmacro %}

{# True where the lake keeps a log of its extractions. #}
{% macro has_extraction_log() %}
    {%- set log = source('lake', 'extractions') -%}
    {{ return(execute and adapter.get_relation(log.database, log.schema, log.identifier) is not none) }}
{% endmacro %}
