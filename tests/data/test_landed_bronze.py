"""Gold from what Airbyte landed and a sweep completed equals gold from our own extraction, and Odoo's figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from odoo_lake.lake.commits import read_log
from odoo_lake.lake.location import parse_lake
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.workspace import INGESTION_VARIABLE, open_workspace
from tests.data.companies import SampleDatabases
from tests.data.lakes import Place, granted_place
from tests.data.landing import Landing
from tests.data.readers import contents

pytestmark = pytest.mark.data

# Late: after Airbyte has read, before the sweep does. No deletion moves a cursor, and no link table has one.
LATE = """
update crm_lead set expected_revenue = expected_revenue + 250, write_date = now() where id % 3 = 0;
delete from account_analytic_line where project_id is not null and id % 17 = 0;
delete from crm_lead where id % 11 = 0;
delete from res_partner_res_partner_category_rel;
"""
BETWEEN = """
update sale_order set client_order_ref = 'changed', write_date = now() where id % 4 = 0;
update project_task set name = name, write_date = now() where id % 2 = 0;
delete from stock_warehouse_orderpoint where id % 2 = 0;
"""
LATER = """
update crm_lead set expected_revenue = expected_revenue - 100, write_date = now() where id % 5 = 0;
delete from account_analytic_line where project_id is not null and id % 13 = 0;
delete from crm_lead where id % 7 = 0;
"""


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres, samples: SampleDatabases) -> str:
    del postgres
    return samples.name(18, prefix="landed")


@pytest.fixture
def landed(database: str, postgres: EmbeddedPostgres, tmp_path: Path) -> Place:
    """A lake that Airbyte and the sweep fill by turns."""
    return granted_place(postgres, database, tmp_path / "landed")


@pytest.fixture
def direct(database: str, postgres: EmbeddedPostgres, tmp_path: Path) -> Place:
    return granted_place(postgres, database, tmp_path / "direct")


def gold(place: Place) -> dict[str, object]:
    return {name: rows for name, rows in contents(place).items() if name.startswith("gold.")}


def written(place: Place, table: str) -> list[int]:
    """Rows of each file that the newest commit added to a table, by the file's name."""
    last = read_log(parse_lake(str(place.root)).layer("bronze")).last
    assert last is not None
    return [file.rows for file in last.tables[table].files]


def test_gold_is_the_same_whoever_brings_the_rows(
    landed: Place, direct: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    airbyte = Landing(landed, open_workspace().catalogue)
    assert airbyte.sync() > 0
    landed.odoo(LATE)
    swept = landed.command("sweep")
    assert swept.exit_code == 0, swept.log
    journal_items = written(landed, "account_move_line")
    # Nothing changed since Airbyte read it, so its rows were taken over and none was read again.
    [(items,)] = landed.odoo("select count(*) from account_move_line")
    assert journal_items == [items]

    landed.odoo(BETWEEN)
    assert airbyte.sync() > 0
    landed.odoo(LATER)
    with monkeypatch.context() as patch:
        patch.setenv(INGESTION_VARIABLE, "airbyte")
        ran = landed.command("run")
    assert ran.exit_code == 0, ran.output + ran.log
    assert "published build" in ran.output
    assert "compared in full" not in ran.output, "the sweep left a difference, which the run then mended"
    assert landed.reconciliation()["agrees"]

    ran = direct.command("run")
    assert ran.exit_code == 0, ran.output + ran.log
    of_direct = gold(direct)
    assert len(of_direct) == 18
    assert gold(landed) == of_direct


def test_what_airbyte_landed_is_left_to_airbyte(landed: Place) -> None:
    airbyte = Landing(landed, open_workspace().catalogue)
    airbyte.sync()
    before = set((landed.root / "bronze" / "odoo").glob("*/*.parquet"))
    assert before
    assert landed.command("extract").exit_code == 0
    assert landed.command("sweep").exit_code == 0
    assert set((landed.root / "bronze" / "odoo").glob("*/*.parquet")) == before
