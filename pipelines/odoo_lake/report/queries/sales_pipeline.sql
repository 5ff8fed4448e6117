select
    company_id,
    stage_name,
    opportunities,
    expected_revenue,
    weighted_revenue,
    average_age_days
from gold.sales_pipeline
order by company_id, stage_sequence, stage_id
