{{ config(materialized='table' if target.type == 'trino' else 'view', schema='staging') }}

-- From the month before the first move, whose closing value opens the first one.
with moves as (
    select {{ add_months('min(moved_on)', -1) }} as first_day from {{ ref('fact_stock_move') }}
),

months as (
    {{ month_spine('(select first_day from moves)', as_of_date()) }}
),

closings as (
    select
        month,
        least({{ month_end('month') }}, {{ as_of_date() }}) as closing_date
    from months
),

extractions as (
    select
        closings.month,
        max(extractions.extracted_on) as extracted_on
    from {{ ref('stg_odoo__extractions') }} as extractions
    inner join closings
        on extractions.extracted_on >= closings.month and extractions.extracted_on <= closings.closing_date
    group by closings.month
)

select
    closings.month,
    {{ closing_value_date('closings.closing_date', 'extractions.extracted_on') }} as valued_on
from closings
left join extractions
    on closings.month = extractions.month
