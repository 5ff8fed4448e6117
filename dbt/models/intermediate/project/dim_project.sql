with projects as (
    select * from {{ ref('stg_odoo__projects') }}
),

referred as (
    select project_id from {{ ref('fact_task') }}
    union
    select project_id from {{ ref('fact_timesheet') }}
),

ids as (
    select project_id from projects
    union
    select project_id from referred
    where project_id is not null
)

select
    ids.project_id,
    projects.company_id,
    coalesce(partners.commercial_partner_id, projects.partner_id) as customer_id,
    projects.manager_user_id as manager_id,
    projects.analytic_account_id,
    projects.project_name,
    stages.stage_name,
    projects.allocated_hours,
    coalesce(projects.is_billable, false) as is_billable,
    coalesce(projects.is_template, false) as is_template,
    coalesce(projects.is_active, false) as is_active,
    projects.project_id is null as is_missing,
    projects.started_on,
    projects.ends_on,
    projects.created_at
from ids
left join projects
    on ids.project_id = projects.project_id
left join {{ ref('stg_odoo__project_stages') }} as stages
    on projects.stage_id = stages.stage_id
left join {{ ref('stg_odoo__partners') }} as partners
    on projects.partner_id = partners.partner_id
