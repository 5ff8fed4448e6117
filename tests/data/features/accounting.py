"""Documents, accounts and payments: what is counted must be above zero."""

from __future__ import annotations

FEATURES = {
    "posted invoices": "select count(*) from account_move where move_type = 'out_invoice' and state = 'posted'",
    "draft invoices": "select count(*) from account_move where move_type = 'out_invoice' and state = 'draft'",
    "cancelled invoices": "select count(*) from account_move where move_type = 'out_invoice' and state = 'cancel'",
    "drafts keep their amounts": """
        select count(*) from account_move_line where parent_state = 'draft' and debit > 0 and amount_residual <> 0
    """,
    "credit notes": "select count(*) from account_move where move_type = 'out_refund' and state = 'posted'",
    "reconciled credit notes": """
        select count(*) from account_move where move_type = 'out_refund' and payment_state = 'paid' and state = 'posted'
    """,
    "open credit notes": """
        select count(*) from account_move where move_type = 'out_refund' and amount_residual > 0 and state = 'posted'
    """,
    "reversed invoices": "select count(*) from account_move where payment_state = 'reversed'",
    "partly paid invoices": "select count(*) from account_move where payment_state = 'partial'",
    "paid invoices": "select count(*) from account_move where payment_state = 'paid' and move_type = 'out_invoice'",
    "receipts": """
        select count(distinct move_type) - 1 from account_move
        where move_type in ('out_receipt', 'in_receipt')
    """,
    "cash rounding": "select count(*) from account_move_line where display_type = 'rounding'",
    "instalments": """
        select count(*) from (
            select move_id from account_move_line where display_type = 'payment_term'
            group by move_id having count(distinct date_maturity) > 2
        ) as moves
    """,
    "invoices in foreign currency": """
        select count(*) from account_move m join res_company c on c.id = m.company_id
        where m.move_type = 'out_invoice' and m.currency_id <> c.currency_id
    """,
    "exchange differences": "select count(*) from account_partial_reconcile where exchange_move_id is not null",
    "cost lines": "select count(*) from account_move_line where display_type = 'cogs'",
    "no cost lines without perpetual valuation": """
        select 1 - count(*) from account_move_line where display_type = 'cogs' and company_id = 2
    """,
    "late-booked bills": """
        select count(*) from account_move
        where move_type = 'in_invoice' and date_trunc('month', date) > date_trunc('month', invoice_date)
    """,
    "vendor credit notes": "select count(*) from account_move where move_type = 'in_refund' and state = 'posted'",
    "manual entries in drafts": "select count(*) from account_move where move_type = 'entry' and state = 'draft'",
    "open items without a partner": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id
        where a.account_type = 'asset_receivable' and l.partner_id is null and l.amount_residual <> 0
    """,
    "open items of a contact's company": """
        select count(*) from account_move_line l join res_partner p on p.id = l.partner_id
        where p.commercial_partner_id <> p.id
    """,
    "non-trade receivables": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id where a.non_trade
    """,
    "off-balance entries": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id
        where a.account_type = 'off_balance'
    """,
    "prepayments, assets, loans, equity": """
        select count(distinct a.account_type) - 4 from account_move_line l join account_account a on a.id = l.account_id
        where a.account_type in
            ('asset_prepayments', 'asset_fixed', 'asset_non_current', 'liability_non_current', 'equity')
    """,
    "income and cost types": """
        select count(distinct a.account_type) - 4 from account_move_line l join account_account a on a.id = l.account_id
        where a.account_type in ('income', 'income_other', 'expense', 'expense_depreciation', 'expense_direct_cost')
    """,
    "retired accounts with entries": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id where {retired}
    """,
    "payments on account": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id
        where l.payment_id is not null and a.account_type = 'asset_receivable' and l.amount_residual = l.balance
            and l.parent_state = 'posted'
    """,
    "one payment for several invoices": """
        select count(*) from (
            select credit_move_id from account_partial_reconcile group by credit_move_id having count(*) > 2
        ) as payments
    """,
    "several payments for one invoice": """
        select count(*) from (
            select debit_move_id from account_partial_reconcile where debit_amount_currency > 0
            group by debit_move_id having count(*) > 1
        ) as invoices
    """,
    "payments not yet on a statement": """
        select count(*) from account_move_line l join account_account a on a.id = l.account_id
        where l.payment_id is not null and a.account_type = 'asset_current' and l.amount_residual <> 0
            and l.parent_state = 'posted'
    """,
    "draft and cancelled payments": "select count(distinct {payment_state}) - 2 from account_payment p {payment_join}",
    "internal transfers": "select count(*) from account_payment where paired_internal_transfer_payment_id is not null",
    "bank, cash and foreign bank journals": """
        select count(*) - 2 from account_journal
        where type in ('bank', 'cash') and (currency_id is not null or type = 'cash')
    """,
    "statement lines in foreign currency": """
        select count(*) from account_bank_statement_line where foreign_currency_id is not null and amount_currency <> 0
    """,
    "statement lines without a statement": """
        select count(*) from account_bank_statement_line
        where statement_id is null
    """,
    "statement lines that are not posted": """
        select count(*) from account_bank_statement_line s join account_move m on m.id = s.move_id
        where m.state = 'draft'
    """,
    "statement lines nobody explained": "select count(*) from account_bank_statement_line where not is_reconciled",
    "mistyped statement balances": "select count(*) from account_bank_statement where not is_complete",
}
