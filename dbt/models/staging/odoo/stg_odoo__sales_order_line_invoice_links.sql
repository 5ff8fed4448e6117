with newest as (
    {{ newest_rows('sale_order_line_invoice_rel', key=['order_line_id', 'invoice_line_id']) }}
)

select
    order_line_id,
    invoice_line_id
from newest
