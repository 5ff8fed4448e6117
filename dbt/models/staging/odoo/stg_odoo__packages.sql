-- 19 renames the table; the one that Odoo lacks is empty.
with newest_until_18 as (
    {{ newest_rows('stock_quant_package') }}
),

newest_from_19 as (
    {{ newest_rows('stock_package') }}
)

select
    id as package_id,
    company_id,
    location_id,
    name as package_name
from newest_until_18
union all
select
    id as package_id,
    company_id,
    location_id,
    name as package_name
from newest_from_19
