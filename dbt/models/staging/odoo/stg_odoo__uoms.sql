{%- set columns = bronze_columns('uom_uom') -%}

with newest as (
    {{ newest_rows('uom_uom') }}
)

select
    id as uom_id,
    {{ translated('name') }} as uom_name,
    {% if 'relative_factor' in columns -%}
    cast(factor as {{ type_factor() }}) as reference_quantity,
    {%- else -%}
    -- Up to 18 the factor says how many of this unit make one of the reference unit.
    {{ divide('1', 'factor', type_factor(), 15) }} as reference_quantity,
    {%- endif %}
    coalesce(active, false) as is_active
from newest
