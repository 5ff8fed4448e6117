{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

with extractions as (
    select * from {{ ref('stg_odoo__extractions') }}
),

first_extraction as (
    select min(extracted_on) as first_day from extractions
),

moves as (
    select min(moved_on) as first_day from {{ ref('fact_stock_move') }}
),

months as (
    {{ month_spine('(select first_day from moves)', '(select first_day from first_extraction)') }}
)

select
    extracted_on as snapshot_date,
    extracted_at
from extractions
union all
select
    {{ month_end('months.month') }} as snapshot_date,
    cast(null as timestamp(6)) as extracted_at
from months
cross join first_extraction
where {{ month_end('months.month') }} < first_extraction.first_day
