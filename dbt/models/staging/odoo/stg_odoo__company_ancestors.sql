select
    companies.company_id,
    ancestors.company_id as ancestor_company_id
from {{ ref('stg_odoo__companies') }} as companies
inner join {{ ref('stg_odoo__companies') }} as ancestors
    on substr(companies.parent_path, 1, length(ancestors.parent_path)) = ancestors.parent_path
