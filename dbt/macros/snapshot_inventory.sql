{# The days that snapshot_inventory is to hold; in an incremental run, those that may differ from what it holds. #}
{% macro snapshot_days() %}
{%- if not is_incremental() %}
    select * from {{ ref('int_snapshot_days') }}
{%- else %}
    select days.*
    from {{ ref('int_snapshot_days') }} as days
    cross join (
        select
            max(case when extracted_at is not null then snapshot_date end) as last_day,
            max(extracted_at) as last_extracted_at
        from {{ this }}
    ) as built
    where
        -- Months before the first extraction follow from today's stock and moves.
        days.extracted_at is null
        or built.last_day is null
        or days.snapshot_date >= built.last_day
        -- A day that is over stays as it is, unless Odoo has changed its valuation since.
        or exists (
            select 1
            from {{ ref('stg_odoo__valuation_changes') }} as changes
            where
                changes.changed_at > built.last_extracted_at
                and days.snapshot_date >= coalesce(changes.affects_from, date '0001-01-01')
        )
{%- endif %}
{% endmacro %}

{# Value per day, company and product; `days` and `valued_stock` are relations with what is to be valued. #}
{% macro snapshot_values(days, valued_stock) %}
{%- if values_stock_at_cost() %}
    select
        valued_stock.snapshot_date,
        valued_stock.company_id,
        valued_stock.product_id,
        {{ multiply('valued_stock.quantity', 'costs.standard_price', type_money()) }} as value,
        valued_stock.extracted_at
    from {{ valued_stock }} as valued_stock
    inner join {{ ref('stg_odoo__product_cost_history') }} as costs
        on
            valued_stock.company_id = costs.company_id
            and valued_stock.product_id = costs.product_id
            and valued_stock.snapshot_date >= costs.valid_from
            and valued_stock.snapshot_date < costs.valid_until
    where valued_stock.extracted_at is not null
{%- else %}
    select
        days.snapshot_date,
        spans.company_id,
        spans.product_id,
        spans.value,
        days.extracted_at
    from {{ ref('int_value_spans') }} as spans
    inner join {{ days }} as days
        on days.snapshot_date >= spans.valid_from and days.snapshot_date < spans.valid_until
    where spans.value <> 0
{%- endif %}
{% endmacro %}

{# Without layers nothing tells what stock was worth before the first extraction. #}
{% macro value_is_unknown(extracted_at) -%}
    {{ extracted_at ~ ' is null' if values_stock_at_cost() else 'false' }}
{%- endmacro %}
