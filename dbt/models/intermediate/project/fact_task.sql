select
    tasks.task_id,
    tasks.project_id,
    coalesce(tasks.company_id, projects.company_id) as company_id,
    tasks.parent_task_id,
    coalesce(partners.commercial_partner_id, tasks.partner_id) as customer_id,
    tasks.task_name,
    stages.stage_name,
    tasks.priority,
    tasks.allocated_hours,
    tasks.effective_hours,
    tasks.remaining_hours,
    tasks.is_closed,
    coalesce(tasks.is_template, false) as is_template,
    tasks.is_active,
    tasks.deadline,
    tasks.created_at,
    tasks.assigned_at,
    tasks.closed_at
from {{ ref('stg_odoo__tasks') }} as tasks
left join {{ ref('stg_odoo__projects') }} as projects
    on tasks.project_id = projects.project_id
left join {{ ref('stg_odoo__task_stages') }} as stages
    on tasks.stage_id = stages.stage_id
left join {{ ref('stg_odoo__partners') }} as partners
    on tasks.partner_id = partners.partner_id
