"""What Odoo keeps true of journal entries and documents is true in a sample company."""

from __future__ import annotations

import pytest

from tests.data.companies import Company

pytestmark = pytest.mark.data


def test_every_move_balances(company: Company) -> None:
    assert company.rows("select move_id from account_move_line group by move_id having sum(balance) <> 0") == []
    assert company.value("select count(*) from account_move where state = 'posted'") != 0


def test_documents_balance_in_their_own_currency(company: Company) -> None:
    assert (
        company.rows(
            "select m.id from account_move m join account_move_line l on l.move_id = m.id where m.move_type <> 'entry'"
            " group by m.id having sum(l.amount_currency) <> 0 or count(distinct l.currency_id) > 1"
        )
        == []
    )


def test_items_repeat_what_their_move_says(company: Company) -> None:
    assert (
        company.rows(
            "select l.id from account_move_line l join account_move m on m.id = l.move_id"
            " where l.balance <> l.debit - l.credit or l.debit < 0 or l.credit < 0 or l.parent_state <> m.state"
            " or l.company_id <> m.company_id or l.date <> m.date or l.journal_id <> m.journal_id"
            " or l.move_name is distinct from m.name"
            " or sign(l.amount_currency) * sign(l.balance) < 0"
            " or (l.currency_id = l.company_currency_id and l.amount_currency <> l.balance)"
        )
        == []
    )


def test_only_sections_and_notes_have_no_account(company: Company) -> None:
    assert (
        company.rows(
            "select id from account_move_line where (account_id is null) <> (display_type like 'line\\_%')"
            " or (account_id is null and (debit <> 0 or credit <> 0 or balance <> 0))"
        )
        == []
    )


def test_totals_of_documents_are_the_sums_of_their_items(company: Company) -> None:
    assert (
        company.rows(
            """
            select m.id
            from account_move m
            join (
                select
                    move_id,
                    sum(balance) filter (where display_type in ('product', 'rounding')) as untaxed,
                    coalesce(sum(balance) filter (where display_type = 'tax'), 0) as tax,
                    sum(amount_currency) filter (where display_type in ('product', 'rounding', 'tax')) as in_currency,
                    sum(amount_residual) filter (where display_type = 'payment_term') as residual,
                    sum(amount_residual_currency) filter (where display_type = 'payment_term') as residual_currency,
                    max(date_maturity) as due
                from account_move_line
                group by move_id
            ) as sums on sums.move_id = m.id
            where m.move_type <> 'entry' and (
                m.amount_untaxed_signed <> -sums.untaxed or m.amount_tax_signed <> -sums.tax
                or m.amount_total_signed <> -(sums.untaxed + sums.tax)
                or m.amount_total <> abs(sums.in_currency) or m.amount_total <> m.amount_untaxed + m.amount_tax
                or m.amount_residual_signed <> sums.residual or m.amount_residual <> abs(sums.residual_currency)
                or m.invoice_date_due <> sums.due
                or sign(m.amount_total_signed) <>
                    case when m.move_type in ('out_invoice', 'out_receipt', 'in_refund') then 1 else -1 end
            )
            """
        )
        == []
    )


def test_payment_states_follow_the_residuals(company: Company) -> None:
    assert (
        company.rows(
            "select id from account_move where state = 'posted' and move_type <> 'entry' and case payment_state"
            " when 'paid' then amount_residual <> 0 when 'reversed' then amount_residual <> 0"
            " when 'partial' then amount_residual = 0 or amount_residual = amount_total"
            " when 'not_paid' then amount_residual <> amount_total else false end"
        )
        == []
    )


def test_entries_total_their_debits(company: Company) -> None:
    assert (
        company.rows(
            "select m.id from account_move m join account_move_line l on l.move_id = m.id where m.move_type = 'entry'"
            " group by m.id having m.amount_total_signed is distinct from sum(l.debit) or m.payment_state <> 'not_paid'"
        )
        == []
    )


def test_numbers_are_unique_and_without_gaps(company: Company) -> None:
    assert (
        company.rows(
            "select journal_id, sequence_prefix from account_move where sequence_prefix is not null"
            " group by journal_id, sequence_prefix"
            " having count(*) <> max(sequence_number) or count(distinct name) <> count(*)"
        )
        == []
    )
    unnumbered = company.either("'/'", 19, "null")
    assert company.value(f"select count(*) from account_move where name is not distinct from {unnumbered}") != 0


def test_net_income_is_the_same_by_type_and_by_group(company: Company) -> None:
    types = "'income', 'income_other', 'expense', 'expense_other', 'expense_depreciation', 'expense_direct_cost'"
    by_type, by_group = company.rows(
        f"select sum(balance) filter (where a.account_type in ({types})),"
        " sum(balance) filter (where split_part(a.account_type, '_', 1) in ('income', 'expense'))"
        " from account_move_line l join account_account a on a.id = l.account_id where parent_state = 'posted'"
    )[0]
    assert by_type == by_group
    assert by_type is not None
    assert by_type < 0  # type: ignore[operator]
