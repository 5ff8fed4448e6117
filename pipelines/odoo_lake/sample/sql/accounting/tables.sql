-- Journal entries, journal items, reconciliations, payments and bank statements in Odoo's columns.
create macro payment_of_entry(kind, source_id) as if(kind = 'payment', source_id, null)::integer;

create view odoo.account_move as
select
    move.id,
    move.number::integer as sequence_number,
    if(move.has_number, move.prefix, null) as sequence_prefix,
    move.journal_id,
    move.company_id,
    payment_of_entry(move.kind, move.source_id) as payment_id,
    payment_of_entry(move.kind, move.source_id) as origin_payment_id,
    if(move.kind = 'bank', move.source_id, null)::integer as statement_line_id,
    stock_entry.move_id as stock_move_id,
    if(
        document.move_type in ('out_invoice', 'in_invoice'), document.payment_term_id, null
    ) as invoice_payment_term_id,
    coalesce(document.partner_id, move.partner_id) as partner_id,
    coalesce(partner_root.commercial_id, move.partner_id) as commercial_partner_id,
    document.shipping_id as partner_shipping_id,
    move.currency_id,
    document.reversed_id as reversed_entry_id,
    document.user_id as invoice_user_id,
    if(document.move_type like 'out_%', coalesce(sales_order.team_id, 1), null) as team_id,
    move.name,
    move.ref,
    move.state,
    move.move_type,
    if(document.move_type = 'out_invoice' and move.has_number, move.name, null) as payment_reference,
    move.payment_state,
    document.origin as invoice_origin,
    partner_root.name as invoice_partner_display_name,
    move.date,
    document.invoice_date,
    if(document.id is not null, move.date_due, null) as invoice_date_due,
    if(document.move_type like 'out_%', document.invoice_date, null) as delivery_date,
    if(document.id % 19 = 4, '<p>Thank you for order ' || coalesce(document.origin, '') || '</p>', null) as narration,
    if(document.id is not null, daily_rate.rate, null) as invoice_currency_rate,
    coalesce(-document_sign(document.move_type) * move.untaxed_currency_signed, 0)::decimal(18, 2) as amount_untaxed,
    coalesce(-document_sign(document.move_type) * move.tax_currency_signed, 0)::decimal(18, 2) as amount_tax,
    if(document.id is null, 1, -document_sign(document.move_type)) * move.total_currency_signed as amount_total,
    coalesce(
        -document_sign(document.move_type) * move.residual_currency_signed, 0
    )::decimal(18, 2) as amount_residual,
    move.untaxed_signed as amount_untaxed_signed,
    move.untaxed_currency_signed as amount_untaxed_in_currency_signed,
    move.tax_signed as amount_tax_signed,
    move.total_signed as amount_total_signed,
    move.total_currency_signed as amount_total_in_currency_signed,
    move.residual_signed as amount_residual_signed,
    move.id % 13 <> 0 as checked,
    move.id % 13 = 0 as to_check,
    move.has_number as posted_before,
    document.move_type = 'out_invoice' and move.state = 'posted' as is_move_sent,
    move.created_at as create_date,
    least(getvariable('clock')::timestamp, greatest(
        move.created_at,
        coalesce(last_match.date::timestamp + interval 20 hour, move.created_at),
        -- Some entries are touched long after.
        if(
            chance('entry touched', move.id, 0.03),
            move.created_at + to_days(dice('entry touched days', move.id, 20, 400)), move.created_at
        )
    )) as write_date
from move
left join document on document.id = if(move.kind = 'document', move.source_id, null)
left join sales_order on sales_order.id = document.sales_order_id
left join stock_entry on stock_entry.n = if(move.kind = 'stock', move.source_id, null)
left join partner_root on partner_root.id = coalesce(document.commercial_id, move.partner_id)
left join daily_rate
    on daily_rate.company_id = document.company_id
        and daily_rate.currency_id = document.currency_id
        and daily_rate.date = document.invoice_date
left join last_match on last_match.move_id = move.id;

create view odoo.account_move_line as
select
    item.id,
    item.move_id,
    move.journal_id,
    move.company_id,
    company.currency_id as company_currency_id,
    item.sequence,
    item.account_id,
    item.currency_id,
    item.partner_id,
    payment_of_entry(move.kind, move.source_id) as payment_id,
    if(move.kind = 'bank', move.source_id, null)::integer as statement_line_id,
    bank_line_statement.statement_id,
    item.tax_line_id,
    tax_repartition.id as tax_repartition_line_id,
    if(item.tax_line_id is not null, 1 + (item.tax_line_id - 1) // 10, null)::integer as tax_group_id,
    full_reconcile.id as full_reconcile_id,
    item.product_id,
    item.uom_id as product_uom_id,
    move.name as move_name,
    move.state as parent_state,
    move.ref,
    item.name,
    case
        when full_reconcile.id is not null then full_reconcile.id::varchar
        when full_reconcile.label is not null then 'P' || full_reconcile.first_partial_id
    end as matching_number,
    if(
        item.display_type = 'product' and account.account_type in ('asset_receivable', 'liability_payable'),
        'payment_term',
        item.display_type
    ) as display_type,
    move.date,
    document.invoice_date,
    item.date_maturity,
    case
        when item.display_type <> 'product' or item.account_id is null then null
        when item.account_id in (account(move.company_id, 'marketing'), account(move.company_id, 'travel'))
            then '{"1": 60.0, "2": 40.0}'
        when item.account_id = account(move.company_id, 'rent') and getvariable('odoo_version') >= 17
            then '{"101,3": 100.0}'
        when item.account_id = account(move.company_id, 'sales_services') and item.sales_line_id is not null
            then '{"' || (101 + item.sales_line_id % 3) || '": 100.0}'
    end::json as analytic_distribution,
    greatest(item.balance, 0)::decimal(18, 2) as debit,
    greatest(-item.balance, 0)::decimal(18, 2) as credit,
    item.balance,
    item.amount_currency,
    item.tax_base as tax_base_amount,
    if(account.has_residual, item.balance - coalesce(item_settled.amount, 0), 0)::decimal(18, 2) as amount_residual,
    if(
        account.has_residual, item.amount_currency - coalesce(item_settled.currency_amount, 0), 0
    )::decimal(18, 2) as amount_residual_currency,
    coalesce(
        account.reconcile
            and move.state = 'posted'
            and item.balance = coalesce(item_settled.amount, 0)
            and item.amount_currency = coalesce(item_settled.currency_amount, 0),
        false
    ) as reconciled,
    item.quantity,
    item.price_unit,
    item.discount,
    item.subtotal as price_subtotal,
    item.total as price_total,
    item.purchase_line_id,
    coalesce(item.is_downpayment, false) as is_downpayment,
    item.origin_item_id as cogs_origin_id,
    item.account_id // 100000 as account_root_id,
    move.created_at as create_date,
    greatest(
        move.created_at,
        coalesce(
            least(full_reconcile.date::timestamp + interval 20 hour, getvariable('clock')::timestamp), move.created_at
        )
    ) as write_date
from item
inner join move on move.id = item.move_id
inner join company on company.id = move.company_id
left join document on document.id = if(move.kind = 'document', move.source_id, null)
left join account on account.id = item.account_id
left join item_settled on item_settled.item_id = item.id
left join item_group on item_group.item_id = item.id
left join full_reconcile on full_reconcile.label = item_group.label
left join bank_line_statement on bank_line_statement.bank_line_id = if(move.kind = 'bank', move.source_id, null)
left join tax_repartition
    on tax_repartition.tax_id = item.tax_line_id
    and tax_repartition.repartition_type = 'tax'
    and tax_repartition.document_type = if(move.move_type in ('out_refund', 'in_refund'), 'refund', 'invoice');

create view odoo.account_move_line_account_tax_rel as
select id as account_move_line_id, base_tax_id as account_tax_id from item where base_tax_id is not null;

create view odoo.account_partial_reconcile as
select
    partial.id,
    partial.debit_item_id as debit_move_id,
    partial.credit_item_id as credit_move_id,
    full_reconcile.id as full_reconcile_id,
    partial.exchange_entry_id::integer as exchange_move_id,
    partial.currency_id as debit_currency_id,
    partial.currency_id as credit_currency_id,
    partial.company_id,
    partial.date as max_date,
    partial.amount::decimal(18, 2) as amount,
    partial.currency_amount::decimal(18, 2) as debit_amount_currency,
    partial.currency_amount::decimal(18, 2) as credit_amount_currency,
    recorded('partial', partial.id, partial.date::timestamp + interval 19 hour) as create_date,
    recorded('partial', partial.id, partial.date::timestamp + interval 19 hour) as write_date
from partial
inner join item_group on item_group.item_id = partial.debit_item_id
inner join full_reconcile on full_reconcile.label = item_group.label;

create view odoo.account_full_reconcile as
select
    id,
    exchange_entry_id::integer as exchange_move_id,
    'A' || id as name,
    recorded('full', id, date::timestamp + interval 19 hour) as create_date,
    recorded('full', id, date::timestamp + interval 19 hour) as write_date
from full_reconcile
where id is not null;

create view odoo.account_payment as
select
    payment.id,
    if(payment.has_no_entry, null, getvariable('payment_entry_base') + payment.id)::integer as move_id,
    payment.journal_id,
    payment.company_id,
    1 + (payment.journal_id * 2 + if(payment.is_inbound, 0, 1)) as payment_method_line_id,
    if(payment.is_inbound, 1, 2) as payment_method_id,
    payment.currency_id,
    payment.commercial_id as partner_id,
    if(payment.has_no_entry, null, payment.liquidity_account_id) as outstanding_account_id,
    payment.account_id as destination_account_id,
    if(payment.has_no_entry, 'PBNK1/' || year(payment.date) || '/X' || payment.id, move.name) as name,
    case
        when payment.state = 'draft' then 'draft'
        when payment.state = 'cancel' then if(payment.id % 3 = 0, 'rejected', 'canceled')
        when payment.manner = 'on account' or payment.has_no_entry then 'in_process'
        else 'paid'
    end as state,
    if(payment.is_inbound, 'inbound', 'outbound') as payment_type,
    if(payment.is_customer, 'customer', 'supplier') as partner_type,
    case
        when payment.manner = 'transfer' then 'Internal transfer'
        when payment.is_customer then 'Customer payment'
        else 'Vendor payment'
    end as memo,
    if(payment.id % 4 = 0, 'E2E-' || payment.id, null) as payment_reference,
    payment.date,
    payment.amount,
    (if(payment.is_inbound, 1, -1) * payment.company_amount)::decimal(18, 2) as amount_company_currency_signed,
    payment.state = 'posted' and payment.manner <> 'on account' and not payment.has_no_entry as is_reconciled,
    payment.state = 'posted'
        and (not payment.awaits_bank or bank_line.id is not null)
        and not payment.has_no_entry as is_matched,
    payment.manner = 'transfer' as is_internal_transfer,
    twin.id as paired_internal_transfer_payment_id,
    payment.created_at as create_date,
    coalesce(
        recorded('payment', payment.id, bank_line.date::timestamp + interval 21 hour), payment.created_at
    ) as write_date
from payment
left join move on move.id = if(payment.has_no_entry, null, getvariable('payment_entry_base') + payment.id)
left join bank_line on bank_line.payment_id = payment.id
left join payment as twin
    on twin.manner = 'transfer'
        and twin.date = if(payment.manner = 'transfer', payment.date, null)
        and twin.is_inbound <> payment.is_inbound;

create view odoo.account_move__account_payment as
select distinct allocation.document_id as invoice_id, payment.id as payment_id
from allocation
inner join payment on payment.payment_key = allocation.payment_key;
