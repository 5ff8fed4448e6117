with newest as (
    {{ newest_rows('product_product') }}
)

select
    id as product_id,
    product_tmpl_id as template_id,
    default_code as product_code,
    barcode,
    coalesce(active, false) as is_active,
    {{ to_milliseconds('create_date') }} as created_at
from newest
