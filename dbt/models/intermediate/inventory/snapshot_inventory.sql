-- depends_on: {{ ref('int_value_spans') }}, {{ ref('stg_odoo__product_cost_history') }}
-- depends_on: {{ ref('stg_odoo__valuation_changes') }}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='snapshot_date',
    on_schema_change='fail',
) }}

with days as (
    {{ snapshot_days() }}
),

quantities as (
    select
        days.snapshot_date,
        spans.company_id,
        spans.product_id,
        spans.location_id,
        spans.lot_id,
        spans.package_id,
        spans.owner_id,
        sum(spans.quantity) as quantity,
        sum(spans.reserved_quantity) as reserved_quantity,
        days.extracted_at
    from days
    inner join {{ ref('int_quantity_spans') }} as spans
        on days.snapshot_date >= spans.valid_from and days.snapshot_date < spans.valid_until
    group by
        days.snapshot_date,
        spans.company_id,
        spans.product_id,
        spans.location_id,
        spans.lot_id,
        spans.package_id,
        spans.owner_id,
        days.extracted_at
),

stock as (
    select
        quantities.*,
        -- What belongs to somebody else has no value for the company.
        case
            when quantities.owner_id is null and locations.is_valued then quantities.quantity
        end as valued_quantity
    from quantities
    left join {{ ref('stg_odoo__locations') }} as locations
        on quantities.location_id = locations.location_id
),

valued_stock as (
    select
        snapshot_date,
        company_id,
        product_id,
        sum(valued_quantity) as quantity,
        extracted_at
    from stock
    where valued_quantity is not null
    group by snapshot_date, company_id, product_id, extracted_at
),

product_values as (
    {{ snapshot_values('days', 'valued_stock') }}
),

spread as (
    select
        stock.*,
        case
            when {{ value_is_unknown('stock.extracted_at') }} then null
            when stock.valued_quantity is null or product_values.value is null or valued_stock.quantity = 0 then 0
            when stock.valued_quantity = valued_stock.quantity then product_values.value
            else {{ divide('stock.valued_quantity * product_values.value', 'valued_stock.quantity', type_money()) }}
        end as value
    from stock
    left join valued_stock
        on
            stock.snapshot_date = valued_stock.snapshot_date
            and stock.company_id = valued_stock.company_id
            and stock.product_id = valued_stock.product_id
    left join product_values
        on
            stock.snapshot_date = product_values.snapshot_date
            and stock.company_id = product_values.company_id
            and stock.product_id = product_values.product_id
),

spread_values as (
    select
        snapshot_date,
        company_id,
        product_id,
        sum(value) as value
    from spread
    group by snapshot_date, company_id, product_id
)

select
    snapshot_date,
    company_id,
    product_id,
    location_id,
    lot_id,
    package_id,
    owner_id,
    cast(quantity as {{ type_quantity() }}) as quantity,
    cast(reserved_quantity as {{ type_quantity() }}) as reserved_quantity,
    cast(value as {{ type_money() }}) as value,
    extracted_at
from spread
where quantity <> 0 or reserved_quantity <> 0 or value <> 0
union all
-- What rounding leaves over, and value without stock.
select
    product_values.snapshot_date,
    product_values.company_id,
    product_values.product_id,
    cast(null as integer) as location_id,
    cast(null as integer) as lot_id,
    cast(null as integer) as package_id,
    cast(null as integer) as owner_id,
    cast(0 as {{ type_quantity() }}) as quantity,
    cast(0 as {{ type_quantity() }}) as reserved_quantity,
    cast(product_values.value - coalesce(spread_values.value, 0) as {{ type_money() }}) as value,
    product_values.extracted_at
from product_values
left join spread_values
    on
        product_values.snapshot_date = spread_values.snapshot_date
        and product_values.company_id = spread_values.company_id
        and product_values.product_id = spread_values.product_id
where product_values.value <> coalesce(spread_values.value, 0)
