with newest as (
    {{ newest_rows('ir_default') }}
),

fields as (
    {{ newest_rows('ir_model_fields') }}
)

select
    newest.id as default_id,
    newest.company_id,
    fields.model,
    fields.name as property,
    -- Trino has a function of this name.
    newest."json_value" as value -- noqa: RF06
from newest
inner join fields
    on newest.field_id = fields.id
where newest.user_id is null and newest.condition is null
