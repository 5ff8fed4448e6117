select
    company_id,
    date_trunc('month', date) as month,
    cast(-sum(balance) as {{ type_money() }}) as net_income
from {{ ref('fact_journal_entry') }}
where is_posted and (account_type like 'income%' or account_type like 'expense%')
group by company_id, date_trunc('month', date)
