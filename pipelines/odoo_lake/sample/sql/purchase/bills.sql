-- Vendor bills of what was received, credit notes of what went back. Some bills are booked weeks after their date.
set variable document_base = (select max(id) from document);

create macro received_account(company, perpetual) as
    case
        when not perpetual then account(company, 'purchases')
        when getvariable('odoo_version') >= 19 then account(company, 'stock_valuation')
        else account(company, 'stock_received')
    end;

insert into document
with billed as (
    -- Some orders in two parts get one bill after the second.
    select receipt.*, receipt.id * 10::bigint + 5 as source_id
    from receipt
    where receipt.state = 'done'
        and receipt.order_id % 31 <> 4
        and not (receipt.is_split and receipt.order_id % 20 < 10 and receipt.part = 1)
),
dated as (
    select billed.*, billed.done_at::date + dice('bill day', billed.id, 1, 12) as invoice_date from billed
),
booked as (
    select
        *,
        case
            when id % 8 = 2 and invoice_date + 38 < getvariable('today')::date
                then invoice_date + dice('bill booked', id, 18, 38)
            else invoice_date
        end as date,
        row_number() over (order by invoice_date, id)::integer as number
    from dated
    where invoice_date < getvariable('today')::date
)
select
    getvariable('document_base') + booked.number, 'bill', booked.source_id, 'in_invoice', booked.company_id,
    booked.vendor_id, booked.vendor_id, null, purchase_order.currency_id, booked.invoice_date, booked.date,
    case
        when booked.invoice_date > getvariable('today')::date - 40 and booked.number % 6 = 2 then 'draft'
        when booked.number % 83 = 9 then 'cancel'
        else 'posted'
    end,
    purchase_order.payment_term_id, null, purchase_order.id, null, false,
    'P' || lpad(purchase_order.id::varchar, 5, '0'), 'F' || (booked.number * 7907) % 1000000, 3,
    purchase_order.user_id, recorded('bill', booked.id, moment('bill', booked.id, booked.date))
from booked
inner join purchase_order on purchase_order.id = booked.order_id;

insert into document_line
with bill as (
    select document.*, receipt.id as receipt_id, receipt.is_split, receipt.order_id as receipt_order_id
    from document
    inner join receipt on receipt.id = document.source_id // 10
    where document.kind = 'bill'
),
received as (
    select
        bill.id, receipt_line.purchase_line_id, sum(receipt_line.quantity) as product_quantity,
        max(stock_move.id) as stock_move_id,
        sum(stock_value.value) as stock_value, max(dearer.kind) as dearer
    from bill
    inner join receipt on receipt.order_id = bill.receipt_order_id
        and (receipt.id = bill.receipt_id or (bill.is_split and bill.receipt_order_id % 20 < 10))
    inner join receipt_line on receipt_line.receipt_id = receipt.id
    left join stock_move on stock_move.ref_id = receipt_line.id and stock_move.kind = 'receipt'
    left join stock_value on stock_value.move_id = stock_move.id and stock_value.kind = 'receipt'
    left join stock_value as dearer on dearer.move_id = stock_move.id and dearer.kind = 'price_difference'
    group by bill.id, receipt_line.purchase_line_id
),
priced as (
    select
        bill.*, purchase_line.*, received.product_quantity as received_quantity, received.stock_value,
        received.stock_move_id, company.perpetual,
        currency.decimal_places as places, daily_rate.rate as bill_rate,
        (received.product_quantity / purchase_line.uom_units)::decimal(14, 3) as bill_quantity,
        round(
            purchase_line.price_unit::double * if(received.dearer is not null, 1.02, 1), currency.decimal_places
        )::decimal(18, 2) as bill_price,
        bill.id as bill_id, bill.state as bill_state, bill.company_id as bill_company_id,
        purchase_line.id as bill_purchase_line_id
    from received
    inner join bill on bill.id = received.id
    inner join company on company.id = bill.company_id
    inner join currency on currency.id = bill.currency_id
    inner join purchase_line on purchase_line.id = received.purchase_line_id
    inner join daily_rate on daily_rate.company_id = bill.company_id
        and daily_rate.currency_id = bill.currency_id
        and daily_rate.date = bill.invoice_date
),
amounts as (
    select
        *,
        round(
            (bill_quantity * bill_price)::double * (1 - discount::double / 100), places
        )::decimal(18, 2) as bill_subtotal
    from priced
)
select
    amounts.bill_id, amounts.sequence, 'product', amounts.product_id,
    received_account(amounts.bill_company_id, amounts.perpetual), amounts.uom_id, amounts.bill_quantity,
    amounts.bill_price, amounts.discount, amounts.bill_subtotal, amounts.tax_no, amounts.tax_rate, null,
    amounts.bill_purchase_line_id,
    -- At standard cost the difference to the bill is an expense.
    case
        when amounts.perpetual
            and amounts.bill_state = 'posted'
            and not is_average_cost(amounts.bill_company_id, amounts.category_id)
            then nullif(money(amounts.bill_subtotal::double / amounts.bill_rate::double) - amounts.stock_value, 0)
    end,
    account(amounts.bill_company_id, 'price_difference'),
    received_account(amounts.bill_company_id, amounts.perpetual), product.name, false, amounts.stock_move_id
from amounts
inner join product on product.id = amounts.product_id;

set variable document_base = (select max(id) from document);

-- Four of five returns to a vendor are credited.
insert into document
with credited as (
    select
        vendor_return.id as return_id,
        bill.*,
        vendor_return.happened_at::date + dice('vendor refund day', vendor_return.id, 2, 9) as refund_date
    from vendor_return
    inner join receipt_line on receipt_line.id = vendor_return.receipt_line_id
    inner join document as bill on bill.kind = 'bill' and bill.source_id = receipt_line.receipt_id * 10::bigint + 5
    where bill.state = 'posted' and (vendor_return.id // 10) % 5 <> 0
)
select
    getvariable('document_base') + row_number() over (order by refund_date, return_id), 'vendor_refund', return_id,
    'in_refund', company_id, partner_id, commercial_id, null, currency_id, refund_date, refund_date, 'posted', 1,
    null, purchase_order_id, id, (return_id // 10) % 2 = 0, origin, 'CN' || return_id, 0, user_id,
    recorded('vendor refund', return_id, moment('vendor refund', return_id, refund_date))
from credited
where refund_date < getvariable('today')::date;

insert into document_line
select
    document.id, 10, 'product', purchase_line.product_id, received_account(document.company_id, company.perpetual),
    purchase_line.uom_id, (vendor_return.quantity / purchase_line.uom_units)::decimal(14, 3),
    purchase_line.price_unit, purchase_line.discount,
    round(
        (
            vendor_return.quantity / purchase_line.uom_units
        )::decimal(14, 3)::double * purchase_line.price_unit::double * (1 - purchase_line.discount::double / 100),
        purchase_line.decimal_places
    ),
    purchase_line.tax_no, purchase_line.tax_rate, null, purchase_line.id, null, null, null, product.name, false,
    stock_move.id
from document
inner join company on company.id = document.company_id
inner join vendor_return on vendor_return.id = document.source_id
inner join purchase_line on purchase_line.id = vendor_return.purchase_line_id
inner join product on product.id = purchase_line.product_id
inner join stock_move on stock_move.kind = 'vendor_return' and stock_move.ref_id = vendor_return.id
where document.kind = 'vendor_refund';
