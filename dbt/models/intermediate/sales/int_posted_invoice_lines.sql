{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

select
    *,
    {{ month_start('invoice_date') }} as month
from {{ ref('fact_invoice') }}
where state = 'posted' and invoice_date <= {{ as_of_date() }}
