"""Fewer files, the same rows and the same history; a run goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from odoo_lake.build.bronze_views import create_bronze_views
from odoo_lake.contracts.model import Privacy
from odoo_lake.extract.run import Outcome
from odoo_lake.lake import compact as compaction
from odoo_lake.lake.commits import REPLACED_FILES_STAY, read_log, unreferenced
from odoo_lake.lake.compact import compact
from odoo_lake.lake.duck import open_duckdb, quoted
from odoo_lake.lake.location import Lake
from odoo_lake.progress import Silent
from odoo_lake.workspace import Workspace
from tests.extract.test_incremental import assert_bronze_equals_source, rows_written
from tests.extract.tiny_odoo import EXTRACTED, TinyOdoo
from tests.lake_search import files_with

Run = Callable[..., Outcome]
Newest = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(params=["local", "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake")) if request.param == "local" else request.getfixturevalue("s3_lake")


def history(lake: Lake, table: str) -> list[tuple[Any, ...]]:
    """Every version of every row, deletions included."""
    bronze = lake.layer("bronze")
    urls = ", ".join(quoted(bronze.url(file.path)) for file in read_log(bronze).files(table))
    with open_duckdb() as duck:
        lake.grant_access(duck)
        columns = "id, name, _airbyte_raw_id, _airbyte_extracted_at, _ab_cdc_deleted_at"
        return duck.execute(
            f"select {columns} from read_parquet([{urls}], union_by_name = true) order by all"
        ).fetchall()


def days_read(lake: Lake, workspace: Workspace) -> int:
    """How many extractions the models see."""
    bronze = lake.layer("bronze")
    with open_duckdb() as duck:
        lake.grant_access(duck)
        create_bronze_views(duck, workspace.catalogue, read_log(bronze), bronze)
        [[count]] = duck.execute("select count(*) from bronze.extractions").fetchall()
    return int(count)


def test_rows_and_history_stay_and_runs_go_on(
    run: Run, odoo: TinyOdoo, newest: Newest, lake: Lake, workspace: Workspace
) -> None:
    run()
    for name in ("second", "third"):
        odoo.execute(f"update account_move set name = '{name}' where id < 10; delete from account_move where id = 50")
        run()
    before = history(lake, "account_move")
    times = read_log(lake.layer("bronze")).extraction_times
    [done] = compact(lake, workspace.catalogue, Silent(), from_files=3)
    assert (done.table, done.files_before, done.files_after) == ("account_move", 4, 1)
    assert history(lake, "account_move") == before
    assert read_log(lake.layer("bronze")).extraction_times == times
    assert days_read(lake, workspace) == len(times)
    assert_bronze_equals_source(odoo, newest)
    assert rows_written(run()) == {}
    odoo.execute("delete from account_move where id = 51; update account_move set name = 'fourth' where id = 1")
    assert rows_written(run()) == {"account_move": (1, 1)}
    assert_bronze_equals_source(odoo, newest)


def test_replaced_files_and_commits_stay_for_readers_and_go_after_a_day(
    run: Run, odoo: TinyOdoo, newest: Newest, lake: Lake, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    odoo.execute("update account_move set name = 'x'")
    run()
    bronze = lake.layer("bronze")
    replaced = [file.path for file in read_log(bronze).files("account_move")]
    compact(lake, workspace.catalogue, Silent(), from_files=2)
    assert all(path in bronze.list("odoo/account_move") for path in replaced)
    run()
    assert all(path in bronze.list("odoo/account_move") for path in replaced)
    later = datetime.now(UTC) + REPLACED_FILES_STAY + timedelta(minutes=1)
    assert set(replaced) <= set(unreferenced(bronze, read_log(bronze), EXTRACTED, later))

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return later.astimezone(tz)

    monkeypatch.setattr(compaction, "datetime", Tomorrow)
    odoo.execute("update account_move set name = 'y'")
    run()
    compact(lake, workspace.catalogue, Silent(), from_files=2)
    kinds = [str(commit.kind) for commit in read_log(bronze).commits]
    assert kinds == ["extract", "compact"]
    assert_bronze_equals_source(odoo, newest)


def test_nothing_is_rewritten_below_the_threshold(run: Run, lake: Lake, workspace: Workspace) -> None:
    run()
    assert compact(lake, workspace.catalogue, Silent(), from_files=2) == ()


@pytest.mark.parametrize("lake", ["local"], indirect=True)
def test_columns_that_a_contract_came_to_drop_or_hash_leave_the_history(
    run: Run, odoo: TinyOdoo, lake: Lake, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = workspace.catalogue.with_privacy({"res_partner.comment": Privacy.KEEP, "res_partner.email": Privacy.KEEP})
    run(catalogue=decided)
    odoo.execute("update res_partner set name = name || '.' where id < 5")
    run(hash_key="key")
    assert set(files_with(Path(lake.root), ["CANARY-drop", "canary-hash"])) == {"canary-drop", "canary-hash"}
    compact(lake, workspace.catalogue, Silent(), from_files=2)
    bronze = lake.layer("bronze")
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    bronze.delete(unreferenced(bronze, read_log(bronze), EXTRACTED, tomorrow))
    assert files_with(Path(lake.root), ["CANARY-drop", "canary-hash"]) == {}
