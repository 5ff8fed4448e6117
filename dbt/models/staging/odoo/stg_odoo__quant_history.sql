with versions as (
    {{ daily_versions('stock_quant', [
        'company_id', 'product_id', 'location_id', 'lot_id', 'package_id', 'owner_id', 'quantity', 'reserved_quantity',
    ]) }}
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
    valid_from,
    valid_until
from versions
