{#- A product's cost per company as Odoo looks it up; `products` is a relation with company_id and product_id. -#}
{% macro standard_costs(products) -%}
{% if has('product_product', 'standard_price') %}
cost_defaults as (
  select d.company_id, d.json_value::numeric as cost
  from ir_default d
  join ir_model_fields f on f.id = d.field_id
  where f.model = 'product.product' and f.name = 'standard_price' and d.user_id is null and d.condition is null
    and d.json_value ~ '^-?[0-9.]+$'
),
standard_costs as (
  select
    w.company_id, w.product_id,
    coalesce((v.standard_price ->> w.company_id::text)::numeric, own.cost, shared.cost, 0) as cost
  from (select distinct company_id, product_id from {{ products }}) w
  left join product_product v on v.id = w.product_id
  left join cost_defaults own on own.company_id = w.company_id
  left join cost_defaults shared on shared.company_id is null
)
{% else %}
cost_properties as (
  select i.company_id, nullif(split_part(i.res_id, ',', 2), '')::int as product_id, max(i.value_float)::numeric as cost
  from ir_property i
  where i.name = 'standard_price' and (i.res_id is null or i.res_id like 'product.product,%')
  group by 1, 2
),
standard_costs as (
  select
    w.company_id, w.product_id, coalesce(own.cost, shared.cost, own_default.cost, shared_default.cost, 0) as cost
  from (select distinct company_id, product_id from {{ products }}) w
  left join cost_properties own on own.product_id = w.product_id and own.company_id = w.company_id
  left join cost_properties shared on shared.product_id = w.product_id and shared.company_id is null
  left join cost_properties own_default on own_default.product_id is null and own_default.company_id = w.company_id
  left join cost_properties shared_default
    on shared_default.product_id is null and shared_default.company_id is null
)
{% endif %}
{%- endmacro %}

{#- What stock moves were worth, in one or more rows each: above zero in, below zero out. -#}
{% macro move_values() -%}
move_values as (
  {% if has_table('stock_valuation_layer') %}
  select y.stock_move_id as move_id, y.value
  from stock_valuation_layer y
  where y.stock_move_id is not null
  {% elif has('stock_move', 'value') %}
  select m.id as move_id, case when m.is_in then m.value when m.is_out then -m.value end as value
  from stock_move m
  where m.is_in or m.is_out
  {% else %}
  select null::int as move_id, null::numeric as value where false
  {% endif %}
)
{%- endmacro %}

{#- Locations, and whether what lies there counts in the inventory's value. -#}
{% macro locations() -%}
locations as (
  select
    s.id as location_id, s.usage, s.company_id, s.warehouse_id, s.parent_path,
    s.usage = 'internal' or (s.usage = 'transit' and s.company_id is not null) as is_valued
  from stock_location s
)
{%- endmacro %}

{#- What done moves really moved, in the product's unit, in one or more rows each; needs units. -#}
{% macro done_quantities() -%}
done_quantities as (
  {% if has('stock_move_line', 'quantity_product_uom') %}
  select l.move_id, l.quantity_product_uom as quantity
  from stock_move_line l
  where l.state = 'done'
  {% else %}
  select l.move_id, {{ in_product_unit('l.qty_done') }} as quantity
  from stock_move_line l
  {{ unit_of('l.product_uom_id', 'l.product_id') }}
  where l.state = 'done'
  {% endif %}
)
{%- endmacro %}

{#- Done moves from or to a supplier; returns are below zero. Needs done_quantities. -#}
{% macro receipts() -%}
supplier_moves as (
  select
    m.id as move_id, m.company_id, m.product_id, m.picking_id, m.partner_id, {{ business_date('m.date') }} as received_on,
    {{ 'm.purchase_line_id' if has('stock_move', 'purchase_line_id') else 'null::int' }} as order_line_id,
    case when s.usage = 'supplier' then 1 else -1 end as sign
  from stock_move m
  join stock_location s on s.id = m.location_id
  join stock_location d on d.id = m.location_dest_id
  where m.state = 'done' and (s.usage = 'supplier') <> (d.usage = 'supplier')
),
received as (
  select q.move_id, sum(q.quantity) as quantity
  from supplier_moves m
  join done_quantities q on q.move_id = m.move_id
  group by 1
),
receipts as (
  select
    m.move_id, m.company_id, m.product_id, m.received_on, m.order_line_id, m.sign * q.quantity as quantity,
    {% if has('stock_move', 'purchase_line_id') %}
    coalesce(ob.commercial_partner_id, o.partner_id, kb.commercial_partner_id, k.partner_id, mb.commercial_partner_id,
      m.partner_id) as vendor_id,
    {{ business_date('l.date_planned') }} as planned_on
    {% else %}
    coalesce(kb.commercial_partner_id, k.partner_id, mb.commercial_partner_id, m.partner_id) as vendor_id,
    null::date as planned_on
    {% endif %}
  from supplier_moves m
  left join received q on q.move_id = m.move_id
  left join stock_picking k on k.id = m.picking_id
  left join res_partner kb on kb.id = k.partner_id
  left join res_partner mb on mb.id = m.partner_id
  {% if has('stock_move', 'purchase_line_id') %}
  left join purchase_order_line l on l.id = m.order_line_id
  left join purchase_order o on o.id = l.order_id
  left join res_partner ob on ob.id = o.partner_id
  {% endif %}
)
{%- endmacro %}

{#- Which warehouse's view location a location lies below. -#}
{% macro warehouse_locations() -%}
warehouse_locations as (
  select s.id as location_id, w.id as warehouse_id, w.company_id
  from stock_warehouse w
  join stock_location v on v.id = w.view_location_id
  join stock_location s on s.parent_path like v.parent_path || '%'
)
{%- endmacro %}

{#- Products that need attention per warehouse. Needs units and warehouse_locations. -#}
{% macro stock_alerts() -%}
on_hand as (
  select w.warehouse_id, q.product_id, sum(q.quantity) as on_hand, sum(q.reserved_quantity) as reserved
  from stock_quant q
  join warehouse_locations w on w.location_id = q.location_id
  group by 1, 2
),
open_moves as (
  select
    m.product_id, m.product_qty::numeric as quantity, s.warehouse_id as from_warehouse_id,
    d.warehouse_id as to_warehouse_id
  from stock_move m
  left join warehouse_locations s on s.location_id = m.location_id
  {% if has('stock_move', 'location_final_id') %}
  left join warehouse_locations d on d.location_id = coalesce(m.location_final_id, m.location_dest_id)
  {% else %}
  left join warehouse_locations d on d.location_id = m.location_dest_id
  {% endif %}
  where m.state in ('waiting', 'confirmed', 'partially_available', 'assigned')
    and s.warehouse_id is distinct from d.warehouse_id
),
planned as (
  select warehouse_id, product_id, sum(incoming) as incoming, sum(outgoing) as outgoing
  from (
    select to_warehouse_id as warehouse_id, product_id, quantity as incoming, 0 as outgoing from open_moves
    union all
    select from_warehouse_id, product_id, 0, quantity from open_moves
  ) m
  where warehouse_id is not null
  group by 1, 2
),
limits as (
  select
    w.warehouse_id, r.product_id, sum(r.product_min_qty) as min_quantity, sum(r.product_max_qty) as max_quantity,
    {% if has('stock_warehouse_orderpoint', 'qty_multiple') %}
    max(r.qty_multiple) as multiple,
    {% elif has('stock_warehouse_orderpoint', 'replenishment_uom_id') %}
    max({{ in_product_unit('1.0') }}) filter (where r.replenishment_uom_id is not null) as multiple,
    {% else %}
    null::numeric as multiple,
    {% endif %}
    bool_or(r.product_max_qty > 0) as has_maximum
  from stock_warehouse_orderpoint r
  join warehouse_locations w on w.location_id = r.location_id
  {% if has('stock_warehouse_orderpoint', 'replenishment_uom_id') and not has('stock_warehouse_orderpoint', 'qty_multiple') %}
  {{ unit_of('r.replenishment_uom_id', 'r.product_id') }}
  {% endif %}
  where r.active and (r.snoozed_until is null or r.snoozed_until <= {{ as_of }})
  group by 1, 2
),
stock_levels as (
  select
    coalesce(h.warehouse_id, p.warehouse_id, l.warehouse_id) as warehouse_id,
    coalesce(h.product_id, p.product_id, l.product_id) as product_id,
    coalesce(h.on_hand, 0) as on_hand, coalesce(h.reserved, 0) as reserved,
    coalesce(p.incoming, 0) as incoming, coalesce(p.outgoing, 0) as outgoing,
    coalesce(h.on_hand, 0) + coalesce(p.incoming, 0) - coalesce(p.outgoing, 0) as forecast,
    l.min_quantity, l.max_quantity, l.multiple, coalesce(l.has_maximum, false) as has_maximum
  from on_hand h
  full join planned p on p.warehouse_id = h.warehouse_id and p.product_id = h.product_id
  full join limits l
    on l.warehouse_id = coalesce(h.warehouse_id, p.warehouse_id)
    and l.product_id = coalesce(h.product_id, p.product_id)
),
stock_alerts as (
  select
    w.company_id, s.*,
    case
      when s.on_hand < 0 or (s.has_maximum and s.on_hand <= 0) then 'out_of_stock'
      when s.forecast < s.min_quantity then 'below_minimum'
      when s.has_maximum and s.on_hand > s.max_quantity then 'overstock'
    end as alert_level,
    case
      when s.forecast >= s.min_quantity or s.min_quantity is null then 0
      when coalesce(s.multiple, 0) <= 0 then greatest(s.min_quantity, s.max_quantity) - s.forecast
      else ceil((greatest(s.min_quantity, s.max_quantity) - s.forecast) / s.multiple) * s.multiple
    end as quantity_to_order
  from stock_levels s
  join stock_warehouse w on w.id = s.warehouse_id
)
{%- endmacro %}

{#- The inventory's value per company and product on the last day of each month, and on the day itself; without
    valuation layers only the latter is known. -#}
{% macro month_end_values() -%}
{% if has_table('stock_valuation_layer') %}
value_changes as (
  select y.company_id, y.product_id, {{ month_of(business_date('y.create_date')) }} as month, sum(y.value) as value
  from stock_valuation_layer y
  where {{ business_date('y.create_date') }} <= {{ as_of }}
  group by 1, 2, 3
),
month_end_values as (
  select
    company_id, product_id, month, sum(value) over (partition by company_id, product_id order by month) as value,
    lead(month) over (partition by company_id, product_id order by month) as next_month
  from value_changes
)
{% else %}
{{ locations() }},
stock_held as (
  select q.company_id, q.product_id, sum(q.quantity) as quantity
  from stock_quant q
  join locations s on s.location_id = q.location_id
  where s.is_valued and q.owner_id is null
  group by 1, 2
),
{{ standard_costs('stock_held') }},
month_end_values as (
  select
    h.company_id, h.product_id, {{ month_of(as_of) }} as month, h.quantity * t.cost as value, null::date as next_month
  from stock_held h
  join standard_costs t on t.company_id = h.company_id and t.product_id = h.product_id
)
{% endif %}
{%- endmacro %}

{#- What was delivered to customers, at cost, less what came back; needs move_values. -#}
{% macro delivery_costs() -%}
delivery_costs as (
  select m.company_id, m.product_id, {{ month_of(business_date('m.date')) }} as month, -sum(v.value) as cogs
  from stock_move m
  join move_values v on v.move_id = m.id
  join stock_location s on s.id = m.location_id
  join stock_location d on d.id = m.location_dest_id
  where m.state = 'done' and (s.usage = 'customer') <> (d.usage = 'customer')
    and {{ business_date('m.date') }} <= {{ as_of }}
  group by 1, 2, 3
)
{%- endmacro %}
