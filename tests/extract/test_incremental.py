"""After every run the newest bronze rows are the source's rows, whatever happened in between."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from odoo_lake.errors import UserError
from odoo_lake.extract.run import Outcome
from odoo_lake.lake.commits import read_log
from odoo_lake.lake.location import Lake
from tests.extract.tiny_odoo import EXTRACTED, TinyOdoo

Run = Callable[..., Outcome]
Newest = Callable[..., list[tuple[Any, ...]]]

# The columns that are not exact copies of the source have tests of their own.
COMPARED = {
    "res_company": "id, name, write_date",
    "res_partner": "id, name, city, customer_rank, write_date",
    "res_partner_res_partner_category_rel": "category_id, partner_id",
    "account_move": "id, name, state, amount_total, date, write_date",
    "account_move_line": "id, move_id, debit, credit, balance, date, write_date",
}


def assert_bronze_equals_source(odoo: TinyOdoo, newest: Newest) -> None:
    for table, columns in COMPARED.items():
        rounded = columns
        for name in ("amount_total", "debit", "credit", "balance"):
            rounded = rounded.replace(name, f"round({name}, 6)")
        expected = odoo.rows(f"select {rounded} from {table} order by {columns}")
        assert sorted(newest(table, columns)) == sorted(expected), table


def rows_written(outcome: Outcome) -> dict[str, tuple[int, int]]:
    tables = outcome.commit.tables.items()
    return {t: (c.rows_written, c.rows_deleted) for t, c in tables if c.rows_written or c.rows_deleted}


def test_first_run_reads_every_table_and_only_tables(run: Run, odoo: TinyOdoo, newest: Newest) -> None:
    outcome = run()
    assert sorted(outcome.commit.tables) == sorted(EXTRACTED)
    assert "account_analytic_line" in outcome.commit.absent_tables, "a SQL view is not a table of Odoo"
    assert outcome.commit.odoo_version == 18
    assert outcome.commit.modules == ("account", "base")
    assert_bronze_equals_source(odoo, newest)


def test_second_run_writes_nothing_when_nothing_changed(run: Run) -> None:
    run()
    assert rows_written(run()) == {}


def test_numerics_keep_their_decimals(run: Run, newest: Newest) -> None:
    run()
    [(debit,)] = [row for row in newest("account_move_line", "debit") if row[0] > 66]
    assert debit == Decimal("66.333333")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param(
            "update account_move set state = 'cancel', write_date = now() where id = 7",
            {"account_move": (1, 0)},
            id="update-through-odoo",
        ),
        pytest.param(
            "update account_move_line set partner_id = 3, balance = 5.5 where id in (10, 11)",
            {"account_move_line": (2, 0)},
            id="raw-update-without-write_date",
        ),
        pytest.param("delete from account_move_line where id > 190", {"account_move_line": (0, 10)}, id="hard-delete"),
        pytest.param(
            "insert into account_move (id, name, state, date) values (500, 'late', 'draft', '2020-01-01')",
            {"account_move": (1, 0)},
            id="insert-without-write_date",
        ),
        pytest.param(
            "update account_move set write_date = '2099-01-01' where id = 1;"
            "update account_move set write_date = '1999-01-01', name = 'old clock' where id = 2",
            {"account_move": (2, 0)},
            id="clock-skew",
        ),
        pytest.param("truncate account_move_line", {"account_move_line": (0, 200)}, id="truncate"),
        pytest.param(
            "delete from res_partner_res_partner_category_rel where partner_id = 4;"
            "insert into res_partner_res_partner_category_rel values (9, 4)",
            {"res_partner_res_partner_category_rel": (1, 1)},
            id="many-to-many",
        ),
        pytest.param(
            "update res_partner set customer_rank = customer_rank + 1 where id = 5",
            {"res_partner": (1, 0)},
            id="raw-update-of-a-fully-refreshed-table",
        ),
        pytest.param("update res_partner set name = name", {}, id="no-op-update-of-a-fully-refreshed-table"),
        pytest.param(
            "delete from account_move where id = 9;"
            "insert into account_move (id, name, state, date) values (9, 'again', 'draft', '2024-01-01')",
            {"account_move": (1, 0)},
            id="same-id-again",
        ),
    ],
)
def test_a_change_is_found_and_nothing_else_is_written(
    run: Run, odoo: TinyOdoo, newest: Newest, statement: str, expected: dict[str, tuple[int, int]]
) -> None:
    run()
    odoo.execute(statement)
    assert rows_written(run()) == expected
    assert_bronze_equals_source(odoo, newest)
    assert rows_written(run()) == {}


def test_a_deleted_row_that_comes_back_is_there(run: Run, odoo: TinyOdoo, newest: Newest) -> None:
    run()
    odoo.execute("delete from account_move where id = 3")
    run()
    odoo.execute("insert into account_move (id, name, date) values (3, 'back', '2024-01-01')")
    run()
    assert_bronze_equals_source(odoo, newest)


def test_without_row_versions_the_cursor_its_overlap_and_the_key_sweep_do_the_work(
    run: Run, odoo: TinyOdoo, newest: Newest
) -> None:
    columns = {t: ", ".join(column for (column,) in odoo.rows(_readable_columns(t))) for t in EXTRACTED}
    role = f"no_versions_{odoo.name}"
    odoo.execute(f"create role {role} login")
    odoo.execute(f"grant select (name, state, latest_version) on ir_module_module to {role}")
    for table, names in columns.items():
        odoo.execute(f"grant select ({names}) on {table} to {role}")
    url = odoo.server.url(odoo.name, role)
    odoo.execute("update account_move set write_date = '2020-01-01' where id = 20")
    first = run(url=url)
    assert not first.commit.tables["account_move"].has_row_versions
    odoo.execute("update account_move set state = 'cancel', write_date = now() where id = 7")
    odoo.execute("update account_move set write_date = now() - interval '10 minutes', name = 'late' where id = 8")
    odoo.execute("delete from account_move where id = 9")
    odoo.execute(
        "insert into account_move (id, name, date, write_date) values (501, 'new', '2024-01-01', '2001-01-01')"
    )
    second = run(url=url)
    assert rows_written(second)["account_move"] == (3, 1)
    assert_bronze_equals_source(odoo, newest)
    assert rows_written(run(url=url)) == {}, "rows read again in the overlap are not written again"
    # What a cursor can't see waits for the full comparison.
    odoo.execute("update account_move set name = 'raw' where id = 20")
    assert rows_written(run(url=url)) == {}
    assert rows_written(run(url=url, compare_tables=frozenset(["account_move"]))) == {"account_move": (1, 0)}
    assert_bronze_equals_source(odoo, newest)


def _readable_columns(table: str) -> str:
    return (
        "select attname from pg_attribute where attnum > 0 and not attisdropped"
        f" and attrelid = '{table}'::regclass and attname not like '%token%'"
    )


def test_all_tables_come_from_one_snapshot(run: Run, odoo: TinyOdoo, newest: Newest) -> None:
    class WriteDuringTheRun:
        """Commits an invoice with its items when the readers have only just started."""

        def start(self, steps: int) -> None:
            odoo.execute(
                "insert into account_move (id, name, date) values (900, 'during', '2024-01-01');"
                "insert into account_move_line (id, move_id, debit) values (900, 900, 1);"
                "delete from account_move_line where id = 1; update res_partner set name = 'during'"
            )

        def step(self, what: str, **facts: object) -> None:
            odoo.execute("update account_move set name = name || '+'")

    run(WriteDuringTheRun())
    assert (900,) not in newest("account_move", "id")
    assert (900,) not in newest("account_move_line", "id")
    assert (1,) in newest("account_move_line", "id")
    assert ("during",) not in newest("res_partner", "name")
    assert not [name for (name,) in newest("account_move", "name") if "+" in name]
    run()
    assert_bronze_equals_source(odoo, newest)


def test_large_tables_are_read_in_ranges_without_losing_or_doubling_a_row(
    run: Run, odoo: TinyOdoo, newest: Newest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("odoo_lake.extract.tables._FEWEST_PAGES", 1)
    odoo.execute("insert into account_move_line select i, 1 from generate_series(1000, 9000) i; analyze")
    outcome = run()
    assert len(outcome.commit.tables["account_move_line"].files) > 2
    assert len(newest("account_move_line", "id")) == 8201
    assert len(set(newest("account_move_line", "id"))) == 8201


@pytest.mark.parametrize("lost", ["deleted", "torn"])
def test_a_lost_key_state_is_rebuilt(run: Run, odoo: TinyOdoo, newest: Newest, lake: Lake, lost: str) -> None:
    run()
    bronze = lake.layer("bronze")
    state = read_log(bronze).latest("account_move")
    assert state is not None
    assert state.key_state is not None
    if lost == "deleted":
        bronze.delete([state.key_state])
    else:
        bronze.write(state.key_state, b"PAR1 torn")
    odoo.execute("update account_move set name = 'meanwhile' where id = 1; delete from account_move where id = 2")
    assert rows_written(run()) == {"account_move": (1, 1)}
    assert_bronze_equals_source(odoo, newest)


def test_a_corrupt_commit_is_named_and_moving_it_away_heals(
    run: Run, odoo: TinyOdoo, newest: Newest, lake: Lake
) -> None:
    run()
    odoo.execute("update account_move set name = 'second run' where id = 1")
    second = run()
    bronze = lake.layer("bronze")
    path = f"odoo/_commits/{second.commit.run_id}.json"
    bronze.write(path, b"{ torn")
    with pytest.raises(UserError, match=second.commit.run_id):
        run()
    bronze.delete([path])
    run()
    assert_bronze_equals_source(odoo, newest)


def test_a_restored_database_is_compared_in_full(run: Run, odoo: TinyOdoo, newest: Newest) -> None:
    run()
    # A copy has rows of equal content and other row versions; one of them differs.
    copy = TinyOdoo(odoo.server, f"{odoo.name}_copy")
    copy.execute("update account_move set name = 'restored' where id = 4")
    outcome = run(url=copy.url)
    assert {str(plan.mode) for plan in outcome.plan.tables} == {"compare"}
    assert_bronze_equals_source(copy, newest)
