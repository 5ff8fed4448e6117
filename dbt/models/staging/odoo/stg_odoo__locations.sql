{%- set columns = bronze_columns('stock_location') -%}

with newest as (
    {{ newest_rows('stock_location') }}
)

select
    id as location_id,
    location_id as parent_location_id,
    {{ optional(columns, 'warehouse_id', 'integer') }} as warehouse_id,
    company_id,
    coalesce(complete_name, name) as complete_name,
    usage,
    parent_path,
    -- Odoo values what lies in its own places, and what is between them within one company.
    usage = 'internal' or (usage = 'transit' and company_id is not null) as is_valued,
    coalesce(active, false) as is_active
from newest
