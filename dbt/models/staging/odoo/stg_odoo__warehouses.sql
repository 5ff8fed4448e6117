with newest as (
    {{ newest_rows('stock_warehouse') }}
)

select
    id as warehouse_id,
    company_id,
    view_location_id,
    lot_stock_id as stock_location_id,
    name as warehouse_name,
    code as warehouse_code,
    coalesce(active, false) as is_active
from newest
