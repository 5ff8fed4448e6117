"""The contracts are in order, and what is derived from them is current."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from odoo_lake.contracts import dbt_sources
from odoo_lake.contracts.catalogue import load_catalogue
from odoo_lake.contracts.lint import lint
from odoo_lake.contracts.model import Privacy
from odoo_lake.errors import UserError
from odoo_lake.project import find_project
from odoo_lake.source.odoo import OdooDatabase, Relation
from odoo_lake.source.propose import propose

PROJECT = find_project()
CATALOGUE = load_catalogue(PROJECT.contracts)
USERS_TABLES = (
    *("res_partner", "res_users", "res_company", "sale_order", "sale_order_line", "purchase_order"),
    *("purchase_order_line", "account_move", "account_move_line", "account_payment", "stock_picking", "stock_move"),
    *("stock_quant", "project_project", "project_task", "hr_employee", "hr_timesheet", "mis_report_instance"),
)
KEPT_THOUGH_SENSITIVE = {
    "account_analytic_line.amount",
    "hr_contract.date_end",
    "hr_contract.date_start",
    "hr_employee.departure_date",
    "hr_employee.first_contract_date",
    "hr_employee.name",
    "hr_timesheet.amount",
    "hr_version.contract_date_end",
    "hr_version.contract_date_start",
    "hr_version.departure_date",
    "project_task.name",
    "res_partner.city",
    "res_partner.complete_name",
    "res_partner.display_name",
    "res_partner.name",
    "resource_resource.name",
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT.contracts, tmp_path / "contracts")
    return tmp_path / "contracts"


def edit(directory: Path, table: str, old: str, new: str) -> None:
    path = directory / f"{table}.odcs.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_every_contract_follows_the_standard() -> None:
    assert lint(PROJECT.contracts) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("kind: DataContract", "kind: Contract", "kind"),
        ("logicalType: integer", "logicalType: int4", "logicalType"),
        ("{property: cursor, value: write_date}", "{property: cursor, value: nothing}", "cursor nothing"),
        ("        description: Row number of the record.\n", "", "column id has no description"),
        ("        classification: internal\n", "", "column id has no classification"),
        ("  - name: account_move_line", "  - name: other", "carries the table's name"),
    ],
)
def test_lint_finds_what_is_wrong(copy: Path, old: str, new: str, problem: str) -> None:
    edit(copy, "account_move_line", old, new)
    assert any(problem in line for line in lint(copy)), lint(copy)


def test_the_users_tables_are_there() -> None:
    assert set(USERS_TABLES) <= set(CATALOGUE)
    assert CATALOGUE["hr_timesheet"].relation == "account_analytic_line"


def test_no_contract_names_a_secret() -> None:
    secret = re.compile(r"password|passwd|secret|token|totp|api_?key|private_key|(^|_)pin($|_)|barcode|credential")
    named = [f"{t}.{c.name}" for t, contract in CATALOGUE.items() for c in contract.columns if secret.search(c.name)]
    # A product's bar code is printed on its box; an employee's opens doors.
    assert named == ["product_product.barcode"]


def test_sensitive_columns_that_are_kept_are_listed_here_by_name() -> None:
    kept = {
        f"{table}.{column.name}"
        for table, contract in CATALOGUE.items()
        for column in contract.columns
        if column.is_sensitive and column.privacy is Privacy.KEEP
    }
    assert kept == KEPT_THOUGH_SENSITIVE


def test_a_sensitive_column_without_a_decision_is_dropped(copy: Path) -> None:
    edit(copy, "res_partner", "          - {property: privacy, value: hash}\n", "")
    column = load_catalogue(copy)["res_partner"].column("vat")
    assert column.is_sensitive
    assert column.privacy is Privacy.DROP


def test_an_unreadable_contract_is_named(copy: Path) -> None:
    edit(copy, "uom_uom", "schema:", "scheme:")
    with pytest.raises(UserError, match=r"uom_uom\.odcs\.yaml"):
        load_catalogue(copy)


def test_a_folder_without_contracts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no data contract"):
        load_catalogue(tmp_path)


def test_dbt_sources_are_current() -> None:
    assert (PROJECT.dbt / dbt_sources.FILE).read_text() == dbt_sources.sources_yaml(CATALOGUE), (
        "run `odoo-lake contract sources`"
    )


def test_a_custom_column_is_proposed_as_sensitive_and_dropped(copy: Path) -> None:
    columns = {"id": "integer", "x_studio_risk": "numeric", "x_note": "text"}
    relations = {
        "res_partner": Relation(columns=columns, unreadable=frozenset(), pages=1, estimated_rows=1),
        "account_analytic_line": Relation(
            columns={"id": "integer", "x_plan2_id": "integer"}, unreadable=frozenset(), pages=1, estimated_rows=1
        ),
    }
    database = OdooDatabase(
        version=18,
        full_version="18.0.1.3",
        modules=frozenset(),
        relations=relations,
        identity="",
        server_version=160000,
    )
    added = propose(copy, load_catalogue(copy), database)
    assert added == {"res_partner": ("x_note", "x_studio_risk"), "account_analytic_line": ("x_plan2_id",)}
    assert lint(copy) == []
    proposed = load_catalogue(copy)["res_partner"].column("x_studio_risk")
    assert (proposed.bronze_type, proposed.classification, proposed.privacy) == ("numeric(24,6)", "sensitive", "drop")
    assert propose(copy, load_catalogue(copy), database) == {}
