select
    products.product_id,
    uoms.uom_id,
    uoms.uom_name,
    uoms.reference_quantity as uom_reference_quantity
from {{ ref('stg_odoo__products') }} as products
inner join {{ ref('stg_odoo__product_templates') }} as templates
    on products.template_id = templates.template_id
inner join {{ ref('stg_odoo__uoms') }} as uoms
    on templates.uom_id = uoms.uom_id
