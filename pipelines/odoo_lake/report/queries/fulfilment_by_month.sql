with latest as (
    select date_trunc('month', max(as_of_date)) as month
    from gold.company_scorecard
)

select
    metrics.company_id,
    metrics.month,
    metrics.deliveries,
    metrics.on_time_pct,
    metrics.in_full_pct,
    metrics.otif_pct
from gold.fulfillment_metrics as metrics
cross join latest
where
    metrics.company_id is not null
    and metrics.month > latest.month - interval 24 month
order by metrics.company_id, metrics.month
