-- Rows of deletion count too, so this reads every row of bronze.
with layers as (
    select
        max(_airbyte_extracted_at) as changed_at,
        min({{ business_date('create_date') }}) as affects_from
    from {{ source('odoo', 'stock_valuation_layer') }}
    group by id
),

everything as (
    select _airbyte_extracted_at as changed_at
    from {{ source('odoo', 'stock_location') }}
    union
    select _airbyte_extracted_at
    from {{ source('odoo', 'ir_default') }}
)

select
    {{ to_milliseconds('changed_at') }} as changed_at,
    affects_from
from layers
union all
select
    {{ to_milliseconds('changed_at') }} as changed_at,
    cast(null as date) as affects_from
from everything
