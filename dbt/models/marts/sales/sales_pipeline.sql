with leads as (
    select
        *,
        coalesce(expected_revenue, 0) as revenue,
        {{ business_date('created_at') }} as created_on
    from {{ ref('stg_odoo__leads') }}
    where lead_type = 'opportunity' and is_active and not is_won
),

stages as (
    select * from {{ ref('stg_odoo__lead_stages') }}
),

companies as (
    select * from {{ ref('int_company_currencies') }}
)

select
    leads.company_id,
    leads.stage_id,
    stages.stage_name,
    companies.currency_code,
    stages.stage_sequence,
    count(*) as opportunities,
    cast(sum(leads.revenue) as {{ type_money() }}) as expected_revenue,
    {{ divide('sum(leads.revenue * coalesce(leads.probability, 0))', '100', type_money()) }} as weighted_revenue,
    {{ mean(days_between('leads.created_on', as_of_date()), type_money()) }} as average_age_days
from leads
left join stages
    on leads.stage_id = stages.stage_id
left join companies
    on leads.company_id = companies.company_id
where leads.created_on <= {{ as_of_date() }}
group by leads.company_id, leads.stage_id, stages.stage_name, companies.currency_code, stages.stage_sequence
