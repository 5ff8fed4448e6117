select
    from_uoms.uom_id as from_uom_id,
    to_uoms.uom_id as to_uom_id,
    {{ divide('from_uoms.reference_quantity', 'to_uoms.reference_quantity', type_factor()) }} as factor
from {{ ref('stg_odoo__uoms') }} as from_uoms
inner join {{ ref('stg_odoo__uoms') }} as to_uoms
    on from_uoms.uom_id <> to_uoms.uom_id
