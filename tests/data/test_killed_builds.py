"""Builds that are killed: readers see a complete state, and the next run makes it right."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests.data.lakes import Place
from tests.data.readers import contents, readers, see

pytestmark = pytest.mark.data

CHANGES = """
update crm_lead set expected_revenue = expected_revenue + 1000;
delete from account_analytic_line where project_id is not null and id % 20 = 0;
update sale_order set write_date = '2099-01-01' where id % 5 = 0;
update sale_order set write_date = '1999-01-01', client_order_ref = 'late' where id % 7 = 0;
update purchase_order_line set date_planned = date_planned + interval '1 day' where id % 3 = 0;
truncate stock_warehouse_orderpoint;
alter table hr_employee drop column job_title;
alter table project_project alter column name type text using name::text;
"""


def killed(place: Place, moment: str) -> None:
    arguments = [sys.executable, "-m", "tests.data.killed_build", moment]
    environment = {**os.environ, **place.environment}
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


def test_killed_builds_leave_readers_a_complete_state_and_the_next_one_the_right_figures(changing: Place) -> None:
    before = see(changing)
    changing.odoo(CHANGES)
    refused = changing.command("extract")
    assert refused.exit_code == 2
    assert "column hr_employee.job_title" in refused.log
    extracted = changing.command("extract", "--accept-schema-changes")
    assert extracted.exit_code == 0, extracted.log
    with readers(changing) as seen:
        for moment in ("within-dbt", "between-files", "before-switch"):
            killed(changing, moment)
            assert see(changing) == before, moment
        killed(changing, "after-switch")
        after = see(changing)
    assert after[2] != before[2]
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert before in seen
    assert seen <= {before, after}
    again = changing.command("build")
    assert again.exit_code == 0, again.output + again.log
    assert "dbt was not started" in again.output
    assert changing.reconciliation()["agrees"]
    went_on = contents(changing)
    # From nothing but bronze the same comes out.
    shutil.rmtree(changing.root / ".work")
    (changing.root / "lake.duckdb").unlink()
    anew = changing.command("build")
    assert anew.exit_code == 0, anew.output + anew.log
    assert "published build" in anew.output
    assert contents(changing) == went_on
