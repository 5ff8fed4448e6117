with items as (
    select * from {{ ref('stg_odoo__journal_items') }}
    where display_type = 'product' and account_id is not null
),

moves as (
    select * from {{ ref('stg_odoo__moves') }}
    where move_type in ('out_invoice', 'out_refund', 'out_receipt')
),

partners as (
    select * from {{ ref('stg_odoo__partners') }}
),

products as (
    select * from {{ ref('stg_odoo__product_uoms') }}
),

currencies as (
    select * from {{ ref('stg_odoo__currencies') }}
)

select
    items.line_id,
    items.move_id,
    items.company_id,
    coalesce(partners.commercial_partner_id, items.partner_id, moves.partner_id) as customer_id,
    items.product_id,
    items.account_id,
    moves.move_name,
    moves.move_type,
    moves.state,
    currencies.currency_code,
    cast(
        case when moves.move_type = 'out_refund' then -1 else 1 end
        * {{ convert_quantity('items.quantity', 'conversions') }}
        as {{ type_quantity() }}
    ) as quantity,
    -items.balance as amount_untaxed_signed,
    -items.amount_currency as amount_untaxed_signed_document,
    moves.move_type = 'out_refund' as is_refund,
    moves.invoice_date
from items
inner join moves
    on items.move_id = moves.move_id
left join partners
    on coalesce(items.partner_id, moves.partner_id) = partners.partner_id
left join products
    on items.product_id = products.product_id
{{ join_uom_conversion('conversions', 'items.uom_id', 'products.uom_id') }}
left join currencies
    on items.currency_id = currencies.currency_id
