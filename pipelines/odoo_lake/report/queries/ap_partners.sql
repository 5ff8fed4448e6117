select
    company_id,
    coalesce(partner_name, 'no partner') as partner_name,
    total,
    total - not_due as overdue,
    days_over_120
from gold.ap_aging
qualify row_number() over (partition by company_id order by total desc, partner_id) <= 8
order by company_id, total desc, partner_id
