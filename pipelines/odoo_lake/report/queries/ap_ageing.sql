select
    company_id,
    sum(not_due) as not_due,
    sum(days_1_30) as days_1_30,
    sum(days_31_60) as days_31_60,
    sum(days_61_90) as days_61_90,
    sum(days_91_120) as days_91_120,
    sum(days_over_120) as days_over_120,
    sum(total) as total
from gold.ap_aging
group by company_id
order by company_id
