"""A build that comes out wrong: the figure is named, readers keep what they had, and a right build mends it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from odoo_lake.project import find_project
from tests.data.lakes import Place
from tests.data.readers import readers

pytestmark = pytest.mark.data


def wrong_project(folder: Path) -> Path:
    """The project with a cent more of cost on each timesheet, which no test of dbt's can know."""
    shutil.copytree(find_project().contracts, folder / "contracts" / "odoo")
    shutil.copytree(find_project().dbt, folder / "dbt")
    [model] = (folder / "dbt" / "models").rglob("fact_timesheet.sql")
    text = model.read_text()
    wrong = text.replace("-timesheets.amount as cost", "cast(0.01 - timesheets.amount as {{ type_money() }}) as cost")
    assert wrong != text
    model.write_text(wrong)
    return folder


def test_a_difference_that_stays_is_named_and_nothing_is_published(changing: Place, tmp_path: Path) -> None:
    before = changing.query("from meta.publication")
    wrong = Place(changing.source, changing.owner, changing.root, wrong_project(tmp_path / "project"))
    with readers(changing) as seen:
        failed = wrong.command("run")
    assert failed.exit_code == 1, failed.output + failed.log
    assert "compared in full" in failed.output
    [first, *_] = [line for line in failed.output.splitlines() if line.startswith("  cost at ")]
    assert ": Odoo " in first
    assert "nothing was published: readers still see the last complete state" in failed.output
    assert changing.query("from meta.publication") == before
    assert len(seen) == 1
    told = changing.command("status")
    assert told.exit_code == 1
    assert "timesheets differs from Odoo" in told.output
    # With the project as it was, what is published is in order again.
    assert changing.command("run").exit_code == 0
    assert changing.command("status").exit_code == 0
