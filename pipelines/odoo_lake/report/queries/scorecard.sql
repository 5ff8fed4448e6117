select
    company_id,
    kpi,
    unit,
    value,
    previous_value,
    change_pct
from gold.company_scorecard
where company_id is not null
order by company_id, kpi
