with latest as (
    select date_trunc('month', max(as_of_date)) as month
    from gold.company_scorecard
)

select
    statements.company_id,
    statements.month,
    statements.revenue,
    statements.cost_of_revenue,
    statements.operating_expenses,
    statements.other_income,
    statements.depreciation,
    statements.other_expenses,
    statements.gross_profit,
    statements.net_income
from gold.monthly_pnl as statements
cross join latest
where statements.month > latest.month - interval 24 month
order by statements.company_id, statements.month
