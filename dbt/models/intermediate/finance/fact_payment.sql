select
    payments.payment_id,
    payments.move_id,
    payments.company_id,
    payments.journal_id,
    payments.partner_id,
    payments.currency_id,
    payments.outstanding_account_id,
    payments.destination_account_id,
    payments.paired_payment_id,
    payments.payment_name,
    payments.state,
    payments.payment_type,
    payments.partner_type,
    currencies.currency_code,
    payments.amount_document,
    payments.amount_signed,
    coalesce(payments.state in ('in_process', 'paid'), false) as is_effective,
    payments.is_reconciled,
    payments.is_matched,
    payments.is_internal_transfer,
    payments.date,
    payments.created_at
from {{ ref('stg_odoo__payments') }} as payments
left join {{ ref('stg_odoo__currencies') }} as currencies
    on payments.currency_id = currencies.currency_id
