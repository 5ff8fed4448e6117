from __future__ import annotations

import pytest

from odoo_lake.sample.columns import VERSIONS, Content, known_columns, tables


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_has_its_own_columns(version: int) -> None:
    listed = tables(version)
    assert (listed["account_account"].column("code") is None) == (version >= 18)
    assert ("stock_valuation_layer" in listed) == (version <= 18)
    assert ("hr_version" in listed) == (version == 19)
    assert listed["account_move_line"].primary_key == ("id",)


@pytest.mark.parametrize("version", VERSIONS)
def test_columns_are_listed_once_and_start_with_the_key(version: int) -> None:
    for table in tables(version).values():
        names = [column.name for column in table.columns]
        assert len(names) == len(set(names)), table.name
        assert set(table.primary_key) <= set(names), table.name
        if "id" in names:
            assert names[0] == "id", table.name


@pytest.mark.parametrize("version", VERSIONS)
def test_a_column_that_may_not_be_null_and_has_a_default_has_a_usable_one(version: int) -> None:
    for table in tables(version).values():
        for column in table.columns:
            if column.type == "boolean" and column.default:
                assert column.default in {"true", "false"}
            if column.type in {"integer", "numeric", "double precision"} and column.default:
                assert float(column.default) >= 0


@pytest.mark.parametrize("version", VERSIONS)
def test_credentials_are_known_as_such(version: int) -> None:
    listed = tables(version)
    for table, name in (("res_users", "password"), ("res_users_apikeys", "key"), ("sale_order", "access_token")):
        column = listed[table].column(name)
        assert column is not None
        assert column.content is Content.CREDENTIAL


def test_many_to_many_tables_have_both_columns_as_key() -> None:
    assert tables(18)["account_move__account_payment"].primary_key == ("invoice_id", "payment_id")
    assert tables(19)["stock_reference_move_rel"].primary_key == ("reference_id", "move_id")


def test_known_columns_are_those_of_any_version() -> None:
    assert {"code", "code_store"} <= known_columns()["account_account"]
