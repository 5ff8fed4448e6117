with latest as (
    select date_trunc('month', max(as_of_date)) as month
    from gold.company_scorecard
)

select
    deliveries.company_id,
    deliveries.month,
    deliveries.deliveries,
    deliveries.on_time_pct,
    deliveries.in_full_pct,
    deliveries.otif_pct
from gold.fulfillment_metrics as deliveries
cross join latest
where
    deliveries.company_id is not null
    and deliveries.month > latest.month - interval 24 month
order by deliveries.company_id, deliveries.month
