"""What Odoo keeps true of reconciliations, payments and statements is true in a sample company."""

from __future__ import annotations

import pytest

from tests.data.companies import Company

pytestmark = pytest.mark.data


def test_residuals_are_what_partial_reconciliations_leave(company: Company) -> None:
    assert (
        company.rows(
            """
            with matched as (
                select line_id, sum(amount) as amount, sum(in_currency) as in_currency
                from (
                    select debit_move_id as line_id, amount, debit_amount_currency as in_currency
                    from account_partial_reconcile
                    union all
                    select credit_move_id, -amount, -credit_amount_currency from account_partial_reconcile
                ) as sides
                group by line_id
            )
            select l.id
            from account_move_line l
            join account_account a on a.id = l.account_id
            left join matched on matched.line_id = l.id
            where case
                when a.reconcile or a.account_type in ('asset_cash', 'liability_credit_card') then
                    l.amount_residual <> l.balance - coalesce(matched.amount, 0)
                    or l.amount_residual_currency <> l.amount_currency - coalesce(matched.in_currency, 0)
                else l.amount_residual <> 0 or matched.line_id is not null
            end
            or (l.reconciled and (l.amount_residual <> 0 or l.amount_residual_currency <> 0))
            or abs(l.amount_residual) > abs(l.balance)
            """
        )
        == []
    )


def test_partial_reconciliations_join_a_debit_and_a_credit_of_one_account(company: Company) -> None:
    assert (
        company.rows(
            """
            select p.id
            from account_partial_reconcile p
            join account_move_line d on d.id = p.debit_move_id
            join account_move_line c on c.id = p.credit_move_id
            where d.account_id <> c.account_id or d.company_id <> c.company_id or d.balance < 0 or c.balance > 0
                or p.amount <= 0 or p.max_date <> greatest(d.date, c.date) or p.company_id <> d.company_id
                or d.parent_state <> 'posted' or c.parent_state <> 'posted'
                or d.full_reconcile_id is distinct from c.full_reconcile_id
                or p.full_reconcile_id is distinct from d.full_reconcile_id
                or d.matching_number is distinct from c.matching_number
            """
        )
        == []
    )


def test_full_reconciliations_leave_nothing_open(company: Company) -> None:
    assert (
        company.rows(
            "select full_reconcile_id from account_move_line where full_reconcile_id is not null"
            " group by full_reconcile_id having sum(balance) <> 0 or bool_or(not reconciled)"
        )
        == []
    )
    assert company.rows(
        "select count(*) from account_full_reconcile f where not exists"
        " (select 1 from account_partial_reconcile p where p.full_reconcile_id = f.id)"
    ) == [(0,)]


def test_balance_sheet_money_is_never_short(company: Company) -> None:
    assert (
        company.rows(
            """
            select distinct account_id
            from (
                select l.account_id,
                    sum(l.balance) over (partition by l.account_id, l.company_id order by l.date) as running
                from account_move_line l
                join account_account a on a.id = l.account_id
                where l.parent_state = 'posted' and a.account_type = 'asset_cash'
            ) as balances
            where running < 0
            """
        )
        == []
    )


def test_bank_statements_run_on_from_each_other(company: Company) -> None:
    assert (
        company.rows(
            """
            with summed as (
                select s.id, s.journal_id, s.date, s.balance_start, s.balance_end, sum(l.amount) as amount,
                    min(l.internal_index) as first_index, s.first_line_index
                from account_bank_statement s
                join account_bank_statement_line l on l.statement_id = s.id
                group by s.id
            ),
            chained as (
                select *, lag(balance_end) over (partition by journal_id order by date) as previous_end from summed
            )
            select id from chained
            where balance_end <> balance_start + amount or balance_start <> coalesce(previous_end, balance_start)
                or first_index <> first_line_index
            """
        )
        == []
    )


def test_statement_lines_are_what_was_booked_on_the_bank_account(company: Company) -> None:
    journal = company.either("m.journal_id", 18, "s.journal_id")
    assert (
        company.rows(
            f"""
            select s.id
            from account_bank_statement_line s
            join account_move m on m.id = s.move_id
            join account_journal j on j.id = {journal}
            join account_move_line l on l.move_id = m.id and l.account_id = j.default_account_id
            where m.statement_line_id <> s.id
                or s.amount <> case when j.currency_id is null then l.balance else l.amount_currency end
                or left(s.internal_index, 8) <> to_char(m.date, 'YYYYMMDD')
            """
        )
        == []
    )


def test_payments_are_their_entries(company: Company) -> None:
    assert (
        company.rows(
            """
            select p.id
            from account_payment p
            join account_move m on m.id = p.move_id
            join account_move_line l on l.move_id = m.id and l.account_id = p.destination_account_id
            where p.amount <> abs(l.amount_currency) or p.amount_company_currency_signed <> -l.balance or p.amount <= 0
                or p.currency_id <> l.currency_id or p.partner_id <> l.partner_id or l.payment_id <> p.id
                or (p.payment_type = 'inbound') <> (p.amount_company_currency_signed > 0)
            """
        )
        == []
    )
