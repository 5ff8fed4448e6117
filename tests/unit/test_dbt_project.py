"""dbt's own manifest: every model is described, has a key that is tested, and an enforced contract where it is read."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import odoo_lake.report
from odoo_lake.orchestration.lakehouse import project_manifest
from odoo_lake.project import find_project
from odoo_lake.reconcile.checks import load_checks

INTERFACE = Path(__file__).resolve().parents[3] / "shared" / "marts.md"
QUERIES = {".sql", ".py", ".yaml"}
KEY_TESTS = {"unique_key", "unique"}
# Rows that their readers add up: two events may be alike.
WITHOUT_KEY = {"int_sales_measures", "stg_odoo__valuation_changes"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project_manifest(find_project()).read_text())
    return found


def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {n["unique_id"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}


def shortcomings(manifest: dict[str, Any]) -> set[str]:
    """What models lack, as `model: what`."""
    tested = {
        test.get("attached_node")
        for test in manifest["nodes"].values()
        if test["resource_type"] == "test" and (test.get("test_metadata") or {}).get("name") in KEY_TESTS
    }
    return {f"{model['name']}: {what}" for key, model in models(manifest).items() for what in lacks(model, tested, key)}


def lacks(model: dict[str, Any], tested: set[str], key: str) -> Iterator[str]:
    if not model["description"].strip():
        yield "description"
    if key not in tested and model["name"] not in WITHOUT_KEY:
        yield "key test"
    if model["schema"] in {"silver", "gold"}:
        if not model["config"]["contract"]["enforced"]:
            yield "contract"
        yield from (f"description of {c['name']}" for c in model["columns"].values() if not c["description"].strip())


def test_no_model_lacks_description_key_test_or_contract(manifest: dict[str, Any]) -> None:
    assert len(models(manifest)) > 80
    assert shortcomings(manifest) == set()


def test_what_a_model_lacks_is_found(manifest: dict[str, Any]) -> None:
    broken = copy.deepcopy(manifest)
    by_name = {model["name"]: model for model in models(broken).values()}
    by_name["monthly_pnl"]["description"] = " "
    by_name["ar_aging"]["config"]["contract"]["enforced"] = False
    by_name["dim_account"]["columns"]["is_cash"]["description"] = ""
    for test in broken["nodes"].values():
        if test["resource_type"] == "test" and str(test.get("attached_node")).endswith(".fact_payment"):
            test["attached_node"] = None
    assert shortcomings(broken) == {
        "monthly_pnl: description",
        "ar_aging: contract",
        "dim_account: description of is_cash",
        "fact_payment: key test",
    }


def interface() -> dict[str, set[str]]:
    """Models and required columns of the shared page that names them."""
    found: dict[str, set[str]] = {}
    for line in INTERFACE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if len(cells) == 4 and cells[0] not in {"domain", "---"} and not set(cells[0]) <= {"-"}:
            columns = {re.split(r"\s", part.strip())[0] for part in re.sub(r"\([^)]*\)", "", cells[3]).split(",")}
            for name in cells[1].split(","):
                found[name.strip()] = columns
    return found


@pytest.mark.skipif(not INTERFACE.is_file(), reason=f"the page that names the marts is not at {INTERFACE}")
def test_every_model_of_the_interface_is_there_with_its_columns(manifest: dict[str, Any]) -> None:
    wanted = interface()
    assert len(wanted) == 21 + 18
    contracts = {
        model["name"]: set(model["columns"])
        for model in models(manifest).values()
        if model["schema"] in {"silver", "gold"}
    }
    assert set(contracts) == set(wanted)
    assert {name: columns - contracts[name] for name, columns in wanted.items() if columns - contracts[name]} == {}


def uncovered(manifest: dict[str, Any], covered: set[str]) -> set[str]:
    return {model["name"] for model in models(manifest).values() if model["schema"] in {"silver", "gold"}} - covered


def test_every_table_is_proved_by_a_check(manifest: dict[str, Any]) -> None:
    covered = {model for check in load_checks() for model in check.covers}
    assert uncovered(manifest, covered) == set()
    assert covered <= {model["name"] for model in models(manifest).values()}
    assert uncovered(manifest, covered - {"budget_vs_actual", "dim_journal"}) == {"budget_vs_actual", "dim_journal"}


def test_a_check_reads_what_it_says_it_proves() -> None:
    for check in load_checks():
        unread = [model for model in check.covers if model not in check.lake and "{" not in check.lake]
        assert unread == [], check.name


def test_the_report_is_an_exposure_of_what_it_reads(manifest: dict[str, Any]) -> None:
    sources = [path.read_text() for path in Path(odoo_lake.report.__file__).parent.rglob("*") if path.suffix in QUERIES]
    read = {name for text in sources for name in re.findall(r"\b(?:silver|gold)\.([a-z_]+)", text)}
    [report] = [exposure for exposure in manifest["exposures"].values() if exposure["name"] == "report"]
    assert {node.split(".")[2] for node in report["depends_on"]["nodes"]} == read


def test_logic_that_is_easy_to_get_wrong_has_unit_tests(manifest: dict[str, Any]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert tested >= {
        "ap_aging",
        "budget_vs_actual",
        "daily_cash_position",
        "dim_period",
        "fact_bank_statement",
        "int_open_items",
        "stock_alerts",
    }
