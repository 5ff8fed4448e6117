select
    alerts.company_id,
    coalesce('[' || products.product_code || '] ', '') || coalesce(products.product_name, 'no product') as product_name,
    alerts.warehouse_name,
    alerts.alert_level,
    alerts.on_hand,
    alerts.forecast,
    alerts.min_quantity,
    alerts.quantity_to_order,
    products.uom_name
from gold.stock_alerts as alerts
left join silver.dim_product as products
    on alerts.product_id = products.product_id
where alerts.alert_level in ('out_of_stock', 'below_minimum')
qualify
    row_number() over (
        partition by alerts.company_id
        order by alerts.alert_level desc, alerts.quantity_to_order desc, alerts.warehouse_id, alerts.product_id
    ) <= 8
order by
    alerts.company_id, alerts.alert_level desc, alerts.quantity_to_order desc, alerts.warehouse_id, alerts.product_id
