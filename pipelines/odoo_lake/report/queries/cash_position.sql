with latest as (
    select max(as_of_date) as day
    from gold.company_scorecard
)

select
    positions.company_id,
    positions.account_id,
    positions.account_code,
    positions.account_name,
    positions.date,
    positions.closing_balance
from gold.daily_cash_position as positions
cross join latest
where positions.date > latest.day - interval 12 month
order by positions.company_id, positions.account_code, positions.account_id, positions.date
