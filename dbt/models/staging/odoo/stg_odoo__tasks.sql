{%- set columns = bronze_columns('project_task') -%}
{%- set has_states = 'state' in columns -%}
{%- set is_closed = "state in ('1_done', '1_canceled')" if has_states else 'coalesce(is_closed, false)' -%}

with newest as (
    {{ newest_rows('project_task', overwritten=true) }}
),

versions as (
    select
        id,
        write_date,
        _airbyte_extracted_at,
        {{ is_closed }} as is_closed
    from {{ source('odoo', 'project_task') }}
    {% if var('overwritten_until') %}
    where _airbyte_extracted_at < timestamp '{{ var('overwritten_until') }}'
    {% endif %}
),

openings as (
    select
        id,
        max(_airbyte_extracted_at) as last_open_at
    from versions
    where not is_closed
    group by id
),

-- A task can be done without a date of its end: then the first version seen closed tells when.
closings as (
    select
        versions.id,
        min(versions.write_date) as closed_at
    from versions
    left join openings
        on versions.id = openings.id
    where
        versions.is_closed
        and (openings.last_open_at is null or versions._airbyte_extracted_at > openings.last_open_at)
    group by versions.id
)

select
    newest.id as task_id,
    newest.project_id,
    newest.company_id,
    newest.stage_id,
    newest.parent_id as parent_task_id,
    newest.partner_id,
    {{ optional(columns, 'milestone_id', 'integer') }} as milestone_id,
    newest.name as task_name,
    newest.priority,
    {{ first_of(columns, ['allocated_hours', 'planned_hours'], type_quantity()) }} as allocated_hours,
    {{ optional(columns, 'effective_hours', type_quantity()) }} as effective_hours,
    {{ optional(columns, 'remaining_hours', type_quantity()) }} as remaining_hours,
    {{ is_closed }} as is_closed,
    {{ optional(columns, 'is_template', 'boolean') }} as is_template,
    coalesce(newest.active, true) as is_active,
    {% if has_states %}
    {{ business_date('newest.date_deadline') }} as deadline,
    {% else %}
    -- Up to 16 a deadline is a day and has no time to convert.
    cast(newest.date_deadline as date) as deadline,
    {% endif %}
    {{ to_milliseconds('newest.create_date') }} as created_at,
    {{ to_milliseconds('newest.date_assign') }} as assigned_at,
    case
        when {{ is_closed }} then {{ to_milliseconds('coalesce(newest.date_end, closings.closed_at)') }}
    end as closed_at
from newest
left join closings
    on newest.id = closings.id
