{%- set columns = bronze_columns('res_users') -%}

with newest as (
    {{ newest_rows('res_users') }}
)

select
    id as user_id,
    partner_id,
    company_id,
    {{ optional(columns, 'login', 'varchar') }} as login_hash,
    coalesce(active, true) as is_active,
    coalesce(share, false) as is_external
from newest
