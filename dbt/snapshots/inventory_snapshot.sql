{% snapshot inventory_snapshot %}

{{ config(
    unique_key='quant_id',
    strategy='timestamp',
    updated_at='extracted_at',
    hard_deletes='invalidate',
    enabled=not var('overwritten_until'),
) }}

select * from {{ ref('stg_odoo__quants') }}

{% endsnapshot %}
