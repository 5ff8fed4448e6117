"""A sample company's tables are those of its Odoo version; what is secret or personal in them is marked."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pytest

import odoo_lake.sample
from tests.data.companies import TODAY, Company

pytestmark = pytest.mark.data


COLUMNS = Path(odoo_lake.sample.__file__).with_name("odoo_columns.csv")


def catalogue(version: int) -> dict[str, list[dict[str, str]]]:
    listed: dict[str, list[dict[str, str]]] = {}
    with COLUMNS.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if str(version) in row["versions"].split():
                listed.setdefault(row["table"], []).append(row)
    return listed


def test_tables_have_the_columns_and_types_of_the_version_in_its_order(company: Company) -> None:
    found: dict[str, list[tuple[object, ...]]] = {}
    for table, *column in company.rows(
        "select relname, attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute"
        " join pg_class on pg_class.oid = attrelid"
        " where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 order by relname, attnum"
    ):
        found.setdefault(str(table), []).append(tuple(column))
    expected = {
        table: [
            (row["column"], row["type"], row["not_null"] == "yes" or row["primary_key"] == "yes") for row in columns
        ]
        for table, columns in catalogue(company.version).items()
    }
    assert found == expected


def test_tables_have_the_primary_key_of_the_contract(company: Company) -> None:
    keys = {
        str(table): set(columns)  # type: ignore[call-overload]
        for table, columns in company.rows(
            "select relname, array_agg(attname::text) from pg_index join pg_class on pg_class.oid = indrelid"
            " join pg_attribute on attrelid = indrelid and attnum = any(indkey)"
            " where indisprimary and relnamespace = 'public'::regnamespace group by relname"
        )
    }
    expected = {
        table: {row["column"] for row in columns if row["primary_key"] == "yes"}
        for table, columns in catalogue(company.version).items()
    }
    assert keys == expected


def test_money_has_no_more_than_cents(company: Company) -> None:
    for table, columns in (
        ("account_move_line", ("debit", "credit", "balance", "amount_currency", "amount_residual", "price_subtotal")),
        ("account_move", ("amount_total", "amount_untaxed_signed", "amount_residual_signed")),
        ("account_partial_reconcile", ("amount", "debit_amount_currency")),
        ("account_payment", ("amount", "amount_company_currency_signed")),
        ("sale_order_line", ("price_unit", "price_subtotal", "price_total")),
    ):
        for column in columns:
            assert company.rows(f"select id from {table} where {column} <> round({column}, 2)") == [], column
    yen = "select id from res_currency where name = 'JPY'"
    assert (
        company.rows(
            f"select id from account_move_line where currency_id = ({yen})"
            " and amount_currency <> round(amount_currency)"
        )
        == []
    )


def test_no_item_is_without_its_move(company: Company) -> None:
    for child, column, parent in (
        ("account_move_line", "move_id", "account_move"),
        ("account_move_line", "account_id", "account_account"),
        ("account_move_line", "partner_id", "res_partner"),
        ("sale_order_line", "order_id", "sale_order"),
        ("purchase_order_line", "order_id", "purchase_order"),
        ("stock_move_line", "move_id", "stock_move"),
        ("stock_move", "picking_id", "stock_picking"),
        ("account_analytic_line", "task_id", "project_task"),
        ("sale_order", "opportunity_id", "crm_lead"),
        ("mis_budget_by_account_item", "account_id", "account_account"),
    ):
        assert (
            company.rows(
                f"select c.{column} from {child} c left join {parent} p on p.id = c.{column}"
                f" where c.{column} is not null and p.id is null"
            )
            == []
        ), f"{child}.{column}"


def test_nothing_is_recorded_after_today(company: Company) -> None:
    for table, columns in catalogue(company.version).items():
        for row in columns:
            if row["column"] in {"create_date", "write_date"}:
                latest = company.value(f'select max("{row["column"]}") from "{table}"')
                assert latest is None or latest <= datetime.datetime.combine(TODAY, datetime.time()), table  # type: ignore[operator]
    assert company.value("select max(date) from account_move") == TODAY - datetime.timedelta(days=1)


def test_secret_and_personal_texts_carry_their_marker(company: Company) -> None:
    markers = {"credential": "CANARY-never-extract", "private": "CANARY-drop", "personal": "canary-hash"}
    filled: dict[str, int] = dict.fromkeys(markers, 0)
    for table, columns in catalogue(company.version).items():
        for row in columns:
            if row["content"]:
                marker, column = markers[row["content"]], f'"{row["column"]}"::text'
                count, unmarked = company.rows(
                    f"select count({column}), count(*) filter (where {column} not like '%{marker}%') from \"{table}\""
                )[0]
                assert unmarked == 0, f"{table}.{row['column']}"
                filled[row["content"]] += bool(count)
    assert filled["credential"] >= 10
    assert filled["private"] >= 40
    assert filled["personal"] >= 15


def test_company_values_that_equal_the_fallback_are_not_kept(company: Company) -> None:
    if company.version >= 18:
        kept = "select count(*) from product_product where (standard_price ->> '2')::float8 = 1"
        fallback = (
            "select count(*) from ir_default d join ir_model_fields f on f.id = d.field_id"
            " where f.model = 'product.product' and f.name = 'standard_price'"
            " and d.company_id = 2 and json_value = '1.0'"
        )
        absent = "select count(*) from product_product where standard_price is not null and not standard_price ? '2'"
    else:
        kept = (
            "select count(*) from ir_property where name = 'standard_price' and res_id is not null and company_id = 2"
            " and value_float = 1"
        )
        fallback = (
            "select count(*) from ir_property where name = 'standard_price' and res_id is null and company_id = 2"
            " and value_float = 1"
        )
        absent = (
            "select count(*) from product_product p where not exists (select 1 from ir_property where"
            " res_id = 'product.product,' || p.id and company_id = 2 and name = 'standard_price')"
        )
    assert company.value(kept) == 0
    assert company.value(fallback) == 1
    assert company.value(absent) != 0
