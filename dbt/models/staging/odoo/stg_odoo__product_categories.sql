with newest as (
    {{ newest_rows('product_category') }}
)

select
    id as category_id,
    parent_id as parent_category_id,
    name as category_name,
    coalesce(complete_name, name) as category_path
from newest
