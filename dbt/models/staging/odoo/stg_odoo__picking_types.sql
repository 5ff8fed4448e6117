with newest as (
    {{ newest_rows('stock_picking_type') }}
)

select
    id as picking_type_id,
    company_id,
    warehouse_id,
    {{ translated('name') }} as picking_type_name,
    code as picking_type_code,
    coalesce(active, false) as is_active
from newest
