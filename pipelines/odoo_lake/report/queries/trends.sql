with latest as (
    select date_trunc('month', max(as_of_date)) as month
    from gold.company_scorecard
)

select
    trends.company_id,
    trends.kpi,
    trends.month,
    trends.value
from gold.trend_analysis as trends
cross join latest
where
    trends.company_id is not null
    and trends.month between latest.month - interval 12 month and latest.month
order by trends.company_id, trends.kpi, trends.month
