with newest as (
    {{ newest_rows('stock_lot') }}
)

select
    id as lot_id,
    product_id,
    company_id,
    name as lot_name
from newest
