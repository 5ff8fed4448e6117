{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

{%- set key -%} company_id, product_id, location_id, lot_id, package_id, owner_id {%- endset -%}

with quants as (
    select * from {{ ref('stg_odoo__quant_history') }}
),

first_extraction as (
    select min(extracted_on) as first_day from {{ ref('stg_odoo__extractions') }}
),

locations as (
    select * from {{ ref('stg_odoo__locations') }}
),

net_movements as (
    select * from {{ ref('int_monthly_movements') }}
),

-- Backwards from what is there now: before the first month lies what no move explains.
changes as (
    select
        locations.company_id,
        quants.product_id,
        quants.location_id,
        quants.lot_id,
        quants.package_id,
        quants.owner_id,
        date '0001-01-01' as month,
        quants.quantity
    from quants
    inner join locations
        on quants.location_id = locations.location_id
    where quants.valid_until = {{ end_of_time() }} and locations.usage in ('internal', 'transit')
    union all
    select
        {{ key }},
        date '0001-01-01' as month,
        -quantity as quantity
    from net_movements
    union all
    select
        {{ key }},
        month,
        quantity
    from net_movements
),

monthly_changes as (
    select
        {{ key }},
        month,
        sum(quantity) as quantity
    from changes
    group by {{ key }}, month
),

balances as (
    select
        {{ key }},
        sum(quantity) over (partition by {{ key }} order by month) as quantity,
        month as valid_from,
        lead(month, 1, {{ end_of_time() }}) over (partition by {{ key }} order by month) as valid_until
    from monthly_changes
)

select
    balances.company_id,
    balances.product_id,
    balances.location_id,
    balances.lot_id,
    balances.package_id,
    balances.owner_id,
    cast(balances.quantity as {{ type_quantity() }}) as quantity,
    -- What was reserved then is not known.
    cast(null as {{ type_quantity() }}) as reserved_quantity,
    balances.valid_from,
    least(balances.valid_until, first_extraction.first_day) as valid_until
from balances
cross join first_extraction
where balances.quantity <> 0 and balances.valid_from < first_extraction.first_day
union all
select
    quants.company_id,
    quants.product_id,
    quants.location_id,
    quants.lot_id,
    quants.package_id,
    quants.owner_id,
    quants.quantity,
    quants.reserved_quantity,
    quants.valid_from,
    quants.valid_until
from quants
left join locations
    on quants.location_id = locations.location_id
where coalesce(locations.usage, 'internal') in ('internal', 'transit')
