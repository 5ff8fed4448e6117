{%- set columns = bronze_columns('account_account') -%}

with newest as (
    {{ newest_rows('account_account') }}
)

select
    id as account_id,
    {{ optional(columns, 'company_id', 'integer') }} as company_id,
    currency_id,
    -- One code up to 17; from 18 on one for each company that keeps its own chart, by its id.
    {{ optional(columns, 'code', 'varchar') }} as account_code,
    {{ optional(columns, 'code_store', 'varchar') }} as account_codes,
    {{ translated('name') }} as account_name,
    account_type,
    coalesce(reconcile, false) as is_reconcilable,
    coalesce(non_trade, false) as is_non_trade,
    {% if 'deprecated' in columns %}
    not coalesce(deprecated, false) as is_active,
    {% else %}
    coalesce(active, true) as is_active,
    {% endif %}
    {{ to_milliseconds('create_date') }} as created_at
from newest
