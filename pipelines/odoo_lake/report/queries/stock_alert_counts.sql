select
    company_id,
    alert_level,
    count(*) as alerts
from gold.stock_alerts
group by company_id, alert_level
order by company_id, alert_level
