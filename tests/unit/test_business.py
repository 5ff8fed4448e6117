from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from odoo_lake.business import business_variables, end_of, today
from odoo_lake.errors import UserError
from odoo_lake.project import PROJECT_VARIABLE, find_project
from odoo_lake.settings import Settings, load_settings

PROJECT = find_project()
BRUSSELS = {"business_timezone": "Europe/Brussels"}


def test_every_choice_has_a_default() -> None:
    variables = business_variables(PROJECT, Settings())
    assert variables["business_timezone"] == "UTC"
    assert "as_of_date" not in variables


def test_a_company_overrides_a_choice() -> None:
    assert (
        business_variables(PROJECT, Settings(vars={"business_timezone": "Asia/Tokyo"}))["business_timezone"]
        == "Asia/Tokyo"
    )


def test_an_unknown_choice_is_refused_with_the_list() -> None:
    with pytest.raises(UserError, match=r"vars\.busines_timezone") as raised:
        business_variables(PROJECT, Settings(vars={"busines_timezone": "UTC"}))
    assert "business_timezone" in raised.value.remedy


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(UserError, match="Mars/Olympus"):
        business_variables(PROJECT, Settings(vars={"business_timezone": "Mars/Olympus"}))


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("include_non_trade", "yes", "true or false"),
        ("include_non_trade", 1, "true or false"),
        ("cash_account_types", "asset_cash", "a list of texts"),
        ("cash_account_types", [1], "a list of texts"),
        ("cash_account_types", ["asset_bank"], "asset_cash"),
        ("cash_journal_types", None, "a list of texts"),
        ("reporting_currency", False, "a text"),
        ("reporting_currency", "euro", "EUR"),
        ("business_timezone", 1, "a text"),
    ],
)
def test_a_wrong_choice_is_named_with_what_it_may_be(name: str, value: object, remedy: str) -> None:
    with pytest.raises(UserError, match=rf"vars\.{name}") as raised:
        business_variables(PROJECT, Settings(vars={name: value}))
    assert remedy in raised.value.remedy


def test_a_wrong_setting_is_one_message_of_the_command(tmp_path: Path) -> None:
    for folder in ("dbt", "contracts"):
        (tmp_path / folder).symlink_to(PROJECT.directory / folder)
    (tmp_path / "odoo-lake.yaml").write_text("vars: {include_non_trade: nein}\n")
    build = subprocess.run(
        [str(Path(sys.executable).with_name("odoo-lake")), "build", "--lake", str(tmp_path / "lake")],
        env={**os.environ, PROJECT_VARIABLE: str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 2
    assert build.stderr.startswith("error: vars.include_non_trade in odoo-lake.yaml is 'nein'.")
    assert "Traceback" not in build.stderr


def test_a_day_begins_and_ends_in_the_companys_time_zone() -> None:
    late_evening_utc = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)
    assert today(BRUSSELS, late_evening_utc) == date(2026, 8, 1)
    assert end_of(date(2026, 7, 31), BRUSSELS) == datetime(2026, 7, 31, 22, 0, tzinfo=UTC)
    assert end_of(date(2026, 1, 31), BRUSSELS) == datetime(2026, 1, 31, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extraction: {readers: 0}", "extraction.readers"),
        ("extraction: {reeders: 2}", "extraction.reeders"),
        ("privacy: {res_partner.email: encrypt}", "privacy.res_partner.email"),
        ("vars: [", "is not YAML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "odoo-lake.yaml").write_text(text)
    with pytest.raises(UserError) as raised:
        load_settings(tmp_path / "odoo-lake.yaml")
    assert said in raised.value.fact


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "odoo-lake.yaml").write_text("extraction: {readers: 3}\nprivacy: {res_partner.email: keep}\n")
    settings = load_settings(tmp_path / "odoo-lake.yaml")
    assert settings.extraction.readers == 3
    assert settings.privacy == {"res_partner.email": "keep"}


def test_a_project_folder_without_a_project_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path))
    with pytest.raises(UserError, match=PROJECT_VARIABLE):
        find_project()


def test_the_project_is_found_from_a_folder_inside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT.dbt / "models")
    assert find_project() == PROJECT
