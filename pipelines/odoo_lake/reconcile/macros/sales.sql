{#- Confirmed orders with their product lines' amount in company currency; needs companies. -#}
{% macro ordered() -%}
ordered as (
  {% if has_table('sale_order_line') %}
  select
    o.id as order_id, o.company_id, {{ business_date('o.date_order') }} as date,
    coalesce(b.commercial_partner_id, o.partner_id) as customer_id, l.amount / {{ order_rate() }} as amount
  from sale_order o
  join (
    select order_id, sum(price_subtotal) as amount from sale_order_line where display_type is null group by 1
  ) l on l.order_id = o.id
  join companies c on c.company_id = o.company_id
  left join res_partner b on b.id = o.partner_id
  where o.state in ('sale', 'done') and {{ business_date('o.date_order') }} <= {{ as_of }}
  {% else %}
  select null::int as order_id, null::int as company_id, null::date as date, null::int as customer_id, 0.0 as amount
  where false
  {% endif %}
)
{%- endmacro %}

{#- Customer invoices, refunds and receipts. -#}
{% macro sales_documents() -%}
sales_documents as materialized (
  select
    m.id as move_id, m.company_id, m.move_type, m.state, m.currency_id, m.invoice_date,
    {{ month_of('m.invoice_date') }} as month, m.move_type = 'out_refund' as is_refund,
    coalesce(b.commercial_partner_id, m.partner_id) as customer_id
  from account_move m
  left join res_partner b on b.id = m.partner_id
  where m.move_type in ('out_invoice', 'out_refund', 'out_receipt')
)
{%- endmacro %}

{#- The posted ones with the untaxed amount of their product lines; needs sales_documents. -#}
{% macro invoiced() -%}
invoiced as (
  select d.move_id, d.company_id, d.customer_id, d.invoice_date, d.month, d.is_refund, -sum(l.balance) as amount
  from sales_documents d
  join account_move_line l on l.move_id = d.move_id
  where d.state = 'posted' and d.invoice_date <= {{ as_of }} and l.display_type = 'product' and l.account_id is not null
  group by 1, 2, 3, 4, 5, 6
)
{%- endmacro %}

{#- Whether an opportunity is won or lost, by its lead and stage. -#}
{% macro is_won(lead, stage) -%}
{% if has('crm_lead', 'won_status') -%}
coalesce({{ lead }}.won_status = 'won', false)
{%- else -%}
coalesce({{ stage }}.is_won and {{ lead }}.probability = 100, false)
{%- endif %}
{%- endmacro %}

{% macro is_lost(lead) -%}
{% if has('crm_lead', 'won_status') -%}
coalesce({{ lead }}.won_status = 'lost', false)
{%- else -%}
(not coalesce({{ lead }}.active, false) and coalesce({{ lead }}.probability, 0) = 0)
{%- endif %}
{%- endmacro %}

{#- Orders that were delivered, once each. Needs units and done_quantities. -#}
{% macro fulfilments() -%}
deliveries as (
  select
    k.id as picking_id, k.sale_id as order_id,
    {{ business_date('k.date_done') }} as done_on,
    {{ business_date('coalesce(k.date_deadline, k.scheduled_date)') }} as promised_on
  from stock_picking k
  join stock_picking_type y on y.id = k.picking_type_id
  join stock_location d on d.id = k.location_dest_id
  where k.state = 'done' and k.sale_id is not null and y.code = 'outgoing' and d.usage = 'customer'
    and {{ business_date('k.date_done') }} <= {{ as_of }}
    {% if has('stock_picking', 'return_id') %}
    and k.return_id is null
    {% else %}
    and k.id not in (
      select m.picking_id from stock_move m where m.origin_returned_move_id is not null and m.picking_id is not null)
    {% endif %}
),
delivered_orders as (
  select
    order_id, min(done_on) as first_done_on, max(done_on) as last_done_on, bool_and(done_on <= promised_on) as on_time
  from deliveries
  group by 1
),
delivered_lines as (
  select m.sale_line_id as line_id, sum(q.quantity) as quantity
  from stock_move m
  join deliveries v on v.picking_id = m.picking_id
  join done_quantities q on q.move_id = m.id
  where m.state = 'done' and m.sale_line_id is not null
  group by 1
),
promised_lines as (
  select
    l.id as line_id, l.order_id, l.product_id, l.product_uom_qty,
    {{ 'l.product_uom_id' if has('sale_order_line', 'product_uom_id') else 'l.product_uom' }} as unit_id
  from sale_order_line l
  join delivered_orders o on o.order_id = l.order_id
  where l.display_type is null and l.qty_delivered_method = 'stock_move' and l.product_uom_qty > 0
),
order_quantities as (
  select
    l.order_id, sum({{ in_product_unit('l.product_uom_qty') }}) as demanded, sum(coalesce(d.quantity, 0)) as delivered,
    bool_and(coalesce(d.quantity, 0) >= round({{ in_product_unit('l.product_uom_qty') }}, 4)) as in_full
  from promised_lines l
  left join delivered_lines d on d.line_id = l.line_id
  {{ unit_of('l.unit_id', 'l.product_id') }}
  group by 1
),
fulfilments as (
  select
    o.company_id, {{ month_of('f.first_done_on') }} as month, f.on_time, coalesce(q.in_full, true) as in_full,
    q.demanded, q.delivered, f.last_done_on - {{ business_date('o.date_order') }} as lead_time_days
  from delivered_orders f
  join sale_order o on o.id = f.order_id
  left join order_quantities q on q.order_id = f.order_id
)
{%- endmacro %}
