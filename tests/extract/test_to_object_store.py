"""A lake on S3 is the same lake."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from odoo_lake.extract.run import LOCK, Outcome
from odoo_lake.lake.commits import read_log
from odoo_lake.lake.location import Lake
from tests.extract.test_faults import CHANGES, KILLED_RUN, assert_only_committed_files
from tests.extract.test_incremental import assert_bronze_equals_source, rows_written
from tests.extract.tiny_odoo import TinyOdoo

Run = Callable[..., Outcome]
Newest = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def lake(s3_lake: Lake) -> Lake:
    return s3_lake


def test_changes_arrive_and_nothing_else_is_written(run: Run, odoo: TinyOdoo, newest: Newest) -> None:
    run()
    assert_bronze_equals_source(odoo, newest)
    odoo.execute(CHANGES)
    assert rows_written(run()) == {
        "account_move": (33, 0),
        "account_move_line": (0, 28),
        "res_partner_res_partner_category_rel": (1, 0),
    }
    assert_bronze_equals_source(odoo, newest)
    assert rows_written(run()) == {}


@pytest.mark.parametrize("moment", ["2", "before-commit", "after-commit"])
def test_a_killed_run_leaves_nothing_half(run: Run, odoo: TinyOdoo, newest: Newest, lake: Lake, moment: str) -> None:
    run()
    odoo.execute(CHANGES)
    arguments = [sys.executable, str(KILLED_RUN), odoo.url, lake.root, moment]
    killed = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(read_log(lake.layer("bronze")).commits) == (2 if moment == "after-commit" else 1)
    # The killed run's lease would run out in a minute.
    lake.layer("bronze").delete([f"_locks/{LOCK}.json"])
    run()
    assert_bronze_equals_source(odoo, newest)
    assert_only_committed_files(lake)
