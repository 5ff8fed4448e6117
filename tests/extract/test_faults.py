"""Killed, cut off, out of disk, two at once: the next run continues, nothing is lost and nothing is doubled."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from odoo_lake.build.bronze_views import create_bronze_views
from odoo_lake.errors import UserError
from odoo_lake.extract.run import LOCK, Outcome
from odoo_lake.lake.commits import read_log
from odoo_lake.lake.duck import open_duckdb
from odoo_lake.lake.location import Lake
from odoo_lake.lake.lock import exclusive
from odoo_lake.workspace import Workspace
from tests.extract.test_incremental import assert_bronze_equals_source
from tests.extract.tiny_odoo import EXTRACTED, TinyOdoo

Run = Callable[..., Outcome]
Newest = Callable[..., list[tuple[Any, ...]]]
KILLED_RUN = Path(__file__).with_name("killed_run.py")
CHANGES = (
    "update account_move set name = name || '!' where id % 3 = 0; delete from account_move_line where id % 7 = 0;"
    "insert into res_partner_res_partner_category_rel values (8, 1)"
)
MOMENTS = ("0", "1", "2", "3", "4", "before-commit", "after-commit")


def run_in_process(odoo: TinyOdoo, lake: Lake, moment: str, **options: Any) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, str(KILLED_RUN), odoo.url, lake.root, moment]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False, **options)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("first", [True, False], ids=["first-run", "later-run"])
def test_a_killed_run_leaves_nothing_half(
    run: Run, odoo: TinyOdoo, newest: Newest, lake: Lake, moment: str, *, first: bool
) -> None:
    if not first:
        run()
        odoo.execute(CHANGES)
    commits_before = len(read_log(lake.layer("bronze")).commits)
    killed = run_in_process(odoo, lake, moment)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    commits_after = len(read_log(lake.layer("bronze")).commits)
    assert commits_after - commits_before == (1 if moment == "after-commit" else 0)
    run()
    assert_bronze_equals_source(odoo, newest)
    for table in EXTRACTED:
        key = "id" if table != "res_partner_res_partner_category_rel" else "category_id, partner_id"
        keys = newest(table, key)
        assert len(keys) == len(set(keys)), table
    assert_only_committed_files(lake)


def assert_only_committed_files(lake: Lake) -> None:
    bronze = lake.layer("bronze")
    log = read_log(bronze)
    committed = {file.path for table in log.tables() for file in log.files(table)}
    found = {path for path in bronze.list("odoo") if not path.startswith("odoo/_")}
    assert found == committed


def test_a_lost_connection_is_said_and_the_next_run_continues(run: Run, odoo: TinyOdoo, newest: Newest) -> None:
    class CutTheReadersOff:
        def start(self, steps: int) -> None: ...

        def step(self, what: str, **facts: object) -> None:
            odoo.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                f" where application_name = 'odoo-lake' and datname = '{odoo.name}'"
            )

    with pytest.raises(UserError) as raised:
        run(CutTheReadersOff())
    assert "committed nothing" in raised.value.consequence
    assert "Run again" in raised.value.remedy
    run()
    assert_bronze_equals_source(odoo, newest)


def test_a_write_that_fails_half_way_commits_nothing(run: Run, odoo: TinyOdoo, newest: Newest, lake: Lake) -> None:
    odoo.execute(
        "insert into res_partner (id, name) select i, md5(i::text) || md5((-i)::text) from generate_series(100, 9000) i"
    )

    def no_file_over_64_kib() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))

    failed = run_in_process(odoo, lake, "never", preexec_fn=no_file_over_64_kib)
    assert failed.returncode != 0
    assert "Reading res_partner failed" in failed.stderr
    assert read_log(lake.layer("bronze")).commits == ()
    run()
    assert_bronze_equals_source(odoo, newest)


def test_a_second_run_refuses_while_the_first_one_works(run: Run, lake: Lake) -> None:
    with (
        exclusive(lake.layer("bronze"), LOCK),
        pytest.raises(UserError, match=r"Another process writes bronze.*pid \d+"),
    ):
        run()
    run()


def test_a_second_run_waits_when_asked_to(run: Run, lake: Lake) -> None:
    released = threading.Event()

    def hold() -> None:
        with exclusive(lake.layer("bronze"), LOCK):
            held.set()
            released.wait(30)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    threading.Timer(0.8, released.set).start()
    run(wait_seconds=30)
    holder.join()
    assert released.is_set()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("alter table account_move drop column amount_total", "column account_move.amount_total"),
        ("drop table res_partner_res_partner_category_rel", "table res_partner_res_partner_category_rel"),
    ],
)
def test_what_is_gone_is_named_and_accepted_only_when_asked(
    run: Run, odoo: TinyOdoo, newest: Newest, change: str, named: str
) -> None:
    run()
    odoo.execute(change)
    with pytest.raises(UserError) as raised:
        run()
    assert named in raised.value.fact
    assert "--accept-schema-changes" in raised.value.remedy
    run(accept_schema_changes=True)
    if "table" in named:
        assert newest("res_partner_res_partner_category_rel", "category_id, partner_id") == []
    else:
        assert len(newest("account_move", "id")) == 100
    run()


def test_a_column_that_went_away_is_empty_for_models(
    run: Run, odoo: TinyOdoo, lake: Lake, workspace: Workspace
) -> None:
    run()
    odoo.execute("alter table account_move drop column amount_total")
    run(accept_schema_changes=True)
    bronze = lake.layer("bronze")
    with open_duckdb() as duck:
        create_bronze_views(duck, workspace.catalogue, read_log(bronze), bronze)
        [row] = duck.execute("select count(*), count(amount_total), count(name) from bronze.account_move").fetchall()
        columns = [column[0] for column in duck.execute("describe bronze.account_move").fetchall()]
    assert row == (100, 0, 100)
    assert "amount_untaxed" not in columns, "what was never there stays unknown"


def test_a_new_column_that_a_contract_names_is_read_for_all_rows(run: Run, odoo: TinyOdoo, newest: Newest) -> None:
    run()
    odoo.execute("alter table account_move add column invoice_date date default '2024-05-05'")
    outcome = run()
    assert outcome.commit.tables["account_move"].rows_written == 100
    assert {str(day) for (day,) in newest("account_move", "invoice_date")} == {"2024-05-05"}


@pytest.mark.parametrize(
    "change",
    [
        "alter table account_move_line alter move_id type bigint",
        "alter table account_move_line alter debit type double precision",
        "alter table account_move_line alter name type text",
        "alter table account_move alter date type timestamp",
    ],
)
def test_a_retyped_column_keeps_its_type_in_bronze(run: Run, odoo: TinyOdoo, newest: Newest, change: str) -> None:
    run()
    before = newest("account_move_line", "id, move_id, typeof(move_id), typeof(debit)")
    odoo.execute(change)
    run()
    assert newest("account_move_line", "id, move_id, typeof(move_id), typeof(debit)") == before


def test_a_column_that_can_no_longer_be_read_as_its_type_is_an_error(run: Run, odoo: TinyOdoo) -> None:
    run()
    odoo.execute("alter table account_move_line alter date type text using 'no day'")
    with pytest.raises(UserError, match=r"Reading account_move_line failed: .*no day"):
        run()
