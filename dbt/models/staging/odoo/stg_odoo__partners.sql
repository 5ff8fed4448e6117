{%- set columns = bronze_columns('res_partner') -%}

with newest as (
    {{ newest_rows('res_partner') }}
)

select
    id as partner_id,
    coalesce(commercial_partner_id, id) as commercial_partner_id,
    parent_id as parent_partner_id,
    company_id,
    user_id as salesperson_user_id,
    country_id,
    state_id as country_state_id,
    industry_id,
    coalesce(name, {{ first_of(columns, ['complete_name', 'display_name'], 'varchar') }}) as partner_name,
    ref as partner_reference,
    type as address_type,
    city,
    zip as postal_code,
    lang as language,
    {{ optional(columns, 'vat', 'varchar') }} as vat_hash,
    {{ optional(columns, 'email', 'varchar') }} as email_hash,
    coalesce({{ optional(columns, 'customer_rank', 'integer') }}, 0) as customer_rank,
    coalesce({{ optional(columns, 'supplier_rank', 'integer') }}, 0) as supplier_rank,
    coalesce(is_company, false) as is_company,
    coalesce(active, true) as is_active,
    {{ to_milliseconds('create_date') }} as created_at
from newest
