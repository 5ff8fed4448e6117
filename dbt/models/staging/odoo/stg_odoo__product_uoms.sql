select
    products.product_id,
    templates.uom_id
from {{ ref('stg_odoo__products') }} as products
inner join {{ ref('stg_odoo__product_templates') }} as templates
    on products.template_id = templates.template_id
