-- What was delivered and invoiced of every order line.
create table sales_line_progress as
with delivered as (
    select sales_line_id, sum(if(kind = 'return', if(to_refund, -quantity, 0), quantity)) as quantity
    from stock_move
    where state = 'done' and kind in ('ship', 'return')
    group by sales_line_id
    union all
    select sales_line_id, quantity from service_delivery
),
invoiced as (
    select
        line.sales_line_id,
        sum(if(document.move_type = 'out_refund', -1, 1) * line.quantity) as quantity,
        sum(if(document.move_type = 'out_refund', -1, 1) * line.subtotal) filter (document.state = 'posted') as amount
    from document_line as line
    inner join document on document.id = line.document_id
    where line.sales_line_id is not null and document.state <> 'cancel'
    group by line.sales_line_id
),
counted as (
    select
        sales_line.*,
        sales_order.state as order_state,
        round(
            coalesce(delivered.quantity, 0)::double / if(sales_line.is_goods, sales_line.uom_units, 1), 3
        )::decimal(14, 3) as delivered,
        coalesce(invoiced.quantity, 0)::decimal(14, 3) as invoiced,
        coalesce(invoiced.amount, 0)::decimal(18, 2) as invoiced_amount
    from sales_line
    inner join sales_order on sales_order.id = sales_line.order_id
    left join delivered on delivered.sales_line_id = sales_line.id
    left join invoiced on invoiced.sales_line_id = sales_line.id
),
owed as (
    select
        *,
        case
            when order_state <> 'sale' or product_id is null then 0
            when kind in ('goods', 'service') and invoice_policy = 'delivery' then delivered - invoiced
            else quantity - invoiced
        end::decimal(14, 3) as to_invoice
    from counted
)
select
    *,
    case
        when order_state <> 'sale' or product_id is null then 'no'
        when to_invoice <> 0 then 'to invoice'
        when invoice_policy = 'order' and quantity >= 0 and delivered > quantity then 'upselling'
        when kind = 'down_payment' or invoiced >= quantity then 'invoiced'
        else 'no'
    end as invoice_status
from owed;
