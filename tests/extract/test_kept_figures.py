"""Odoo's figures are asked for again whenever they may have changed, and not otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from odoo_lake.extract.request import FigureQuery
from odoo_lake.extract.run import Outcome
from odoo_lake.lake.location import Lake
from odoo_lake.source.odoo import OdooDatabase
from tests.extract.tiny_odoo import TinyOdoo

Run = Callable[..., Outcome]
TODAY, TOMORROW = date(2026, 11, 22), date(2026, 11, 23)


def asks(statement: str = "select count(*) as partners from res_partner", day: date = TODAY) -> object:
    def figures(database: OdooDatabase) -> list[FigureQuery]:
        del database
        return [FigureQuery(day, "partners", statement)]

    return figures


def test_nothing_changed_means_nothing_is_asked(run: Run, lake: Lake) -> None:
    first = run(figures=asks()).commit.figures
    assert run(figures=asks()).commit.figures == first
    third = run(figures=asks()).commit.figures
    assert third == first
    [path] = third[TODAY.isoformat()].values()
    assert lake.layer("bronze").read(path) is not None


@pytest.mark.parametrize(
    "change",
    [
        "update res_partner set city = 'Brugge' where id = 3",
        "delete from res_partner where id = 4",
        "delete from res_partner_res_partner_category_rel where partner_id = 2",
        "update account_move_line set balance = balance + 1 where id = 5",
    ],
)
def test_a_changed_row_asks_anew(run: Run, odoo: TinyOdoo, change: str) -> None:
    first = run(figures=asks()).commit.figures
    odoo.execute(change)
    assert run(figures=asks()).commit.figures != first


def test_another_question_day_or_choice_asks_anew(run: Run) -> None:
    first = run(figures=asks()).commit.figures
    assert run(figures=asks("select 1 as partners from res_partner")).commit.figures != first
    second = run(figures=asks()).commit.figures
    assert second != first
    assert run(figures=asks(day=TOMORROW)).commit.figures.keys() == {TOMORROW.isoformat()}
    third = run(figures=asks()).commit.figures
    assert run(figures=asks(), business_settings={"timezone": "Asia/Tokyo"}).commit.figures != third


def test_lost_figures_are_asked_for_anew(run: Run, lake: Lake) -> None:
    first = run(figures=asks()).commit.figures
    bronze = lake.layer("bronze")
    bronze.delete(first[TODAY.isoformat()].values())
    second = run(figures=asks()).commit.figures
    assert second != first
    assert bronze.read(second[TODAY.isoformat()]["partners"]) is not None


def test_a_source_whose_changes_may_stay_unseen_is_always_asked(run: Run, odoo: TinyOdoo) -> None:
    role = f"blind_{odoo.name}"
    odoo.execute(f"create role {role} login")
    tables = odoo.rows("select tablename from pg_tables where schemaname = 'public'")
    for (table,) in tables:
        columns = odoo.rows(
            f"select string_agg(attname, ', ') from pg_attribute where attnum > 0 and attrelid = '{table}'::regclass"
        )
        odoo.execute(f"grant select ({columns[0][0]}) on {table} to {role}")
    url = odoo.server.url(odoo.name, role)
    first = run(url=url, figures=asks())
    assert not first.commit.tables["account_move"].has_row_versions
    assert run(url=url, figures=asks()).commit.figures != first.commit.figures
