with products as (
    select * from {{ ref('stg_odoo__products') }}
),

templates as (
    select * from {{ ref('stg_odoo__product_templates') }}
),

categories as (
    select * from {{ ref('stg_odoo__product_categories') }}
),

uoms as (
    select * from {{ ref('stg_odoo__uoms') }}
),

-- Facts may refer to a product that is gone.
every_product as (
    select product_id from products
    {%- for fact in [
        'fact_sales_order', 'fact_invoice', 'fact_purchase_order', 'fact_receipt', 'fact_stock_move', 'snapshot_inventory',
        'fact_journal_entry',
    ] %}
    union
    select product_id from {{ ref(fact) }}
    where product_id is not null
    {%- endfor %}
)

select
    every_product.product_id,
    products.template_id,
    templates.category_id,
    templates.uom_id,
    templates.company_id,
    coalesce(products.product_code, templates.product_code) as product_code,
    products.barcode,
    templates.template_name as product_name,
    categories.category_name,
    categories.category_path,
    templates.product_type,
    templates.tracking,
    templates.invoice_policy,
    uoms.uom_name,
    templates.list_price,
    coalesce(templates.is_storable, false) as is_storable,
    coalesce(templates.is_sold, false) as is_sold,
    coalesce(templates.is_purchased, false) as is_purchased,
    coalesce(products.is_active and templates.is_active, false) as is_active,
    products.product_id is null as is_missing,
    {{ business_date('products.created_at') }} as created_on
from every_product
left join products
    on every_product.product_id = products.product_id
left join templates
    on products.template_id = templates.template_id
left join categories
    on templates.category_id = categories.category_id
left join uoms
    on templates.uom_id = uoms.uom_id
