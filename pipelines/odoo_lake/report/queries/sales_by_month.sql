with latest as (
    select date_trunc('month', max(as_of_date)) as month
    from gold.company_scorecard
)

select
    summaries.company_id,
    summaries.month,
    summaries.amount_ordered,
    summaries.amount_invoiced,
    summaries.orders
from gold.kpi_sales_summary as summaries
cross join latest
where
    summaries.company_id is not null
    and summaries.month > latest.month - interval 24 month
order by summaries.company_id, summaries.month
