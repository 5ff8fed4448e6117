with inventory_values as (
    select * from {{ ref('int_monthly_inventory_values') }}
),

-- What customers send back takes its cost out again; dropships never were in stock.
costs_of_goods as (
    select
        company_id,
        product_id,
        {{ month_start('moved_on') }} as month,
        -value as cost
    from {{ ref('fact_stock_move') }}
    where
        direction in ('in', 'out')
        and (source_usage = 'customer' or destination_usage = 'customer')
        and value <> 0
        and moved_on <= {{ as_of_date() }}
),

entries as (
    select
        company_id,
        product_id,
        month,
        0 as opening_value,
        value as closing_value,
        0 as cogs
    from inventory_values
    union all
    select
        company_id,
        product_id,
        {{ add_months('month', 1) }} as month,
        value as opening_value,
        0 as closing_value,
        0 as cogs
    from inventory_values
    union all
    select
        company_id,
        product_id,
        month,
        0 as opening_value,
        0 as closing_value,
        cost as cogs
    from costs_of_goods
),

product_months as (
    select
        company_id,
        product_id,
        month,
        sum(opening_value) as opening_value,
        sum(closing_value) as closing_value,
        sum(cogs) as cogs
    from entries
    where month <= {{ as_of_date() }}
    group by company_id, product_id, month
),

-- A value that no layer and no extraction tells is not known.
known as (
    select
        product_months.company_id,
        product_months.product_id,
        product_months.cogs,
        case when openings.valued_on is not null then product_months.opening_value end as opening_value,
        case when closings.valued_on is not null then product_months.closing_value end as closing_value,
        product_months.month
    from product_months
    inner join {{ ref('int_inventory_months') }} as closings
        on product_months.month = closings.month
    left join {{ ref('int_inventory_months') }} as openings
        on product_months.month = {{ add_months('openings.month', 1) }}
)

select
    known.company_id,
    known.product_id,
    companies.currency_code,
    cast(known.cogs as {{ type_money() }}) as cogs,
    cast(known.opening_value as {{ type_money() }}) as opening_value,
    cast(known.closing_value as {{ type_money() }}) as closing_value,
    {{ divide('known.opening_value + known.closing_value', '2', type_money()) }} as average_inventory_value,
    {{ inventory_turns('known.cogs', 'known.opening_value + known.closing_value') }} as turns,
    {{ days_of_inventory('known.cogs', 'known.opening_value + known.closing_value') }} as days_of_inventory,
    known.month
from known
left join {{ ref('int_company_currencies') }} as companies
    on known.company_id = companies.company_id
