select
    scorecard.company_id,
    companies.company_name,
    scorecard.as_of_date,
    max(scorecard.currency_code) as currency_code
from gold.company_scorecard as scorecard
inner join staging.stg_odoo__companies as companies
    on scorecard.company_id = companies.company_id
group by scorecard.company_id, companies.company_name, scorecard.as_of_date
order by scorecard.company_id
