with newest as (
    {{ newest_rows('stock_quant', overwritten=true) }}
)

select
    id as quant_id,
    company_id,
    product_id,
    location_id,
    lot_id,
    package_id,
    owner_id,
    cast(quantity as {{ type_quantity() }}) as quantity,
    cast(reserved_quantity as {{ type_quantity() }}) as reserved_quantity,
    {{ to_milliseconds('_airbyte_extracted_at') }} as extracted_at
from newest
