from __future__ import annotations

import datetime

import pytest

from odoo_lake.sample.engine import Engine
from odoo_lake.sample.scale import Scale


def engine(seed: int = 1) -> Engine:
    made = Engine(odoo_version=18, scale=Scale.SMALL, seed=seed, today=datetime.date(2024, 2, 29))
    made.run("random.sql")
    return made


def test_rolls_are_even_and_streams_independent() -> None:
    columns = "avg(roll('a', i)), stddev(roll('a', i)), corr(roll('a', i), roll('b', i))"
    rows = engine().connection.execute(f"select {columns} from range(20000) as t (i)").fetchall()
    mean, spread, correlation = rows[0]
    assert mean == pytest.approx(0.5, abs=0.01)
    assert spread == pytest.approx(12**-0.5, abs=0.01)
    assert correlation == pytest.approx(0, abs=0.03)


def test_dice_reach_both_ends_and_no_further() -> None:
    assert engine().connection.execute(
        "select min(dice('a', i, 3, 7)), max(dice('a', i, 3, 7)) from range(1000) as t (i)"
    ).fetchall() == [(3, 7)]


def test_another_seed_gives_other_numbers_and_the_same_seed_the_same() -> None:
    rolls = [engine(seed).connection.execute("select roll('a', 1)").fetchone() for seed in (1, 1, 2)]
    assert rolls[0] == rolls[1] != rolls[2]


def test_history_begins_with_the_month_three_years_ago() -> None:
    made = engine()
    assert made.connection.execute("select getvariable('start')").fetchone() == (datetime.date(2021, 2, 1),)
