with orders as (
    select
        *,
        {{ month_start('first_delivered_on') }} as month
    from {{ ref('int_order_fulfilment') }}
)

select
    company_id,
    count(*) as deliveries,
    cast(sum(deliveries) as bigint) as transfers,
    {{ percent('sum(case when is_on_time then 1 else 0 end)', 'count(*)') }} as on_time_pct,
    {{ percent('sum(case when is_in_full then 1 else 0 end)', 'count(*)') }} as in_full_pct,
    {{ percent('sum(case when is_on_time and is_in_full then 1 else 0 end)', 'count(*)') }} as otif_pct,
    {{ percent('sum(delivered)', 'sum(ordered)') }} as fill_rate_pct,
    {{ median_exact('lead_time_days', type_percent()) }} as median_lead_time_days,
    month
from orders
group by company_id, month
