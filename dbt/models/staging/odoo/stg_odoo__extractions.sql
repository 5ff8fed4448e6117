-- A run that finds nothing changed writes no row; only the log of runs knows of it.
with runs as (
    {%- if has_extraction_log() %}
    select extracted_at
    from {{ source('lake', 'extractions') }}
    {%- else %}
    {%- for table in ['stock_quant', 'stock_move', 'stock_picking', 'sale_order', 'account_move', 'res_company'] %}
    select _airbyte_extracted_at as extracted_at
    from {{ source('odoo', table) }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
    {%- endif %}
)

select
    {{ business_date('extracted_at') }} as extracted_on,
    max({{ to_milliseconds('extracted_at') }}) as extracted_at
from runs
group by {{ business_date('extracted_at') }}
