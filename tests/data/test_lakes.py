"""The whole pipeline on sample companies of four Odoo versions and on real databases: every figure is Odoo's."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from odoo_lake.lake.commits import read_log
from odoo_lake.lake.location import parse_lake
from odoo_lake.reconcile.checks import load_checks
from tests.data.companies import VERSIONS
from tests.data.lakes import BuiltLake, Lakes

pytestmark = pytest.mark.data

HARD_CASES = {
    "foreign currency": VERSIONS,
    "refund": VERSIONS,
    "partial payment": VERSIONS,
    "other unit": VERSIONS,
    "branch": VERSIONS[1:],
}


def manifest(lake: BuiltLake) -> dict[str, Any]:
    """What dbt knows of the project that built the lake."""
    found: dict[str, Any] = json.loads((lake.place.root / ".work" / "build" / "target" / "manifest.json").read_text())
    return found


def test_a_run_publishes(lake: BuiltLake) -> None:
    assert lake.run.exit_code == 0, lake.run.output + lake.run.log
    assert "published build" in lake.run.output
    assert "Traceback" not in lake.run.log


def test_every_check_is_compared_and_equal(lake: BuiltLake) -> None:
    result = lake.place.reconciliation()
    assert [check for check in result["checks"] if not check["agrees"]] == []
    assert result["agrees"]
    compared = {check["name"] for check in result["checks"]}
    assert compared | set(result["skipped"]) == {check.name for check in load_checks()}
    assert compared.isdisjoint(result["skipped"])
    assert all(reason.startswith("this Odoo has no ") for reason in result["skipped"].values()), result["skipped"]
    if lake.is_sample:
        assert result["skipped"] == {}
        assert [check["name"] for check in result["checks"] if not check["figures_compared"]] == []


def test_hard_cases_are_among_the_keys_compared(lake: BuiltLake) -> None:
    if not lake.is_sample:
        pytest.skip("which cases a real database has is not known beforehand")
    counted: dict[str, int] = {}
    for check in lake.place.reconciliation()["checks"]:
        for case, keys in check["flagged_keys"].items():
            counted[case.replace("_", " ")] = counted.get(case.replace("_", " "), 0) + keys
    expected = {case for case, versions in HARD_CASES.items() if lake.version in versions}
    assert {case for case, keys in counted.items() if keys} == expected
    for case in expected:
        assert f"keys with {case}: {counted[case]:,} (" in lake.run.output


def test_every_table_is_published_and_has_rows(lake: BuiltLake) -> None:
    published = lake.place.tables()
    models = {(n["schema"], n["name"]) for n in manifest(lake)["nodes"].values() if n["resource_type"] == "model"}
    assert set(published) == {(schema, name) for schema, name in models if schema in {"silver", "gold"}}
    if lake.is_sample:
        assert [name for name, rows in published.items() if not rows] == []


def test_published_columns_and_types_are_those_of_the_contract(lake: BuiltLake) -> None:
    contracts = {
        (node["schema"], node["name"], name): contract_type(column["data_type"])
        for node in manifest(lake)["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in {"silver", "gold"}
        for name, column in node["columns"].items()
    }
    described = lake.place.query(
        "select schema_name, table_name, column_name, lower(replace(data_type, ' ', '')) as data_type"
        " from duckdb_columns() where schema_name in ('silver', 'gold')"
    )
    found = {tuple(row.values())[:3]: row["data_type"] for row in described}
    assert found == contracts


def contract_type(text: str) -> str:
    """DuckDB's name of a contract's type."""
    return {"timestamp(6)": "timestamp", "timestamp(3)": "timestamp"}.get(text.lower(), text.lower().replace(" ", ""))


def test_timesheets_are_a_table_of_their_own(lake: BuiltLake) -> None:
    [found] = lake.place.query("select count(*) as lines, count(distinct id) as ids from bronze.hr_timesheet")
    [(lines,)] = lake.place.odoo("select count(*) from account_analytic_line where project_id is not null")
    assert found == {"lines": lines, "ids": lines}
    if lake.is_sample:
        assert lines > 0


def test_a_run_without_changes_does_not_start_dbt(lakes: Lakes) -> None:
    place = lakes["sample19"].place
    before = place.query("from meta.publication")
    again = place.command("run")
    assert again.exit_code == 0, again.output + again.log
    assert "dbt was not started" in again.output
    assert " 0 rows written, 0 deletions" in again.output
    assert place.query("from meta.publication") == before


@pytest.fixture(scope="module")
def past_day(lakes: Lakes) -> date:
    """A day whose state is built beside the current one."""
    day = date(2026, 3, 31)
    place = lakes["sample17"].place
    before = place.query("from meta.publication")
    done = place.command("run", "--as-of", day.isoformat())
    assert done.exit_code == 0, done.output + done.log
    assert f"as of {day}" in done.output
    assert place.query("from meta.publication") == before
    return day


def test_a_past_day_has_a_state_of_its_own(lakes: Lakes, past_day: date) -> None:
    place = lakes["sample17"].place
    then = ("--as-of", past_day.isoformat())
    for mart in ("daily_cash_position", "monthly_pnl", "kpi_sales_summary", "kpi_operations_summary"):
        column = "date" if mart == "daily_cash_position" else "month"
        [found] = place.query(f"select max({column}) as latest from gold.{mart}", *then)
        assert date.fromisoformat(found["latest"]) <= past_day
    [found] = place.query("select distinct as_of_date from gold.ar_aging", *then)
    assert found == {"as_of_date": past_day.isoformat()}
    # Nothing was extracted by then, so what Odoo has overwritten since is not known.
    for mart in ("sales_pipeline", "daily_sales"):
        assert place.query(f"select count(*) as rows from gold.{mart}", *then) == [{"rows": 0}]
        [found] = place.query(f"select count(*) as rows from gold.{mart}")
        assert found["rows"] > 0


def test_figures_of_a_past_day_are_odoos(lakes: Lakes, past_day: date) -> None:
    place = lakes["sample17"].place
    then = ("--as-of", past_day.isoformat())
    compared = place.reconciliation(*then)
    assert compared["agrees"]
    kept = {check.name for check in load_checks() if check.keeps_history}
    assert {check["name"] for check in compared["checks"]} == kept
    cash = place.odoo(
        "select l.company_id::text, l.account_id::text, sum(l.balance) from account_move_line l"
        " join account_account a on a.id = l.account_id"
        f" where l.parent_state = 'posted' and l.date <= '{past_day}' and a.account_type = 'asset_cash' group by 1, 2"
    )
    closing = place.query(
        "select company_id::varchar as company_id, account_id::varchar as account_id,"
        f" round(closing_balance, 2) as closing from gold.daily_cash_position where date = '{past_day}'",
        *then,
    )
    found = {(row["company_id"], row["account_id"]): row["closing"] for row in closing}
    assert len(cash) > 1
    assert {key: found[key] for key in [(c, a) for c, a, _ in cash]} == {(c, a): str(b) for c, a, b in cash}


def test_figures_are_taken_in_the_snapshot_of_the_rows(sample_lake: BuiltLake) -> None:
    last = read_log(parse_lake(str(sample_lake.place.root)).layer("bronze")).last
    assert last is not None
    [figures] = last.figures.values()
    assert set(figures) == {check.name for check in load_checks()}
    assert last.figure_errors == {}
