"""Cron fields as Quartz reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_lake.airbyte.quartz import quartz
from odoo_lake.errors import UserError

CRON_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
QUARTZ_DAYS = {1: "SUN", 2: "MON", 3: "TUE", 4: "WED", 5: "THU", 6: "FRI", 7: "SAT"}


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 2 * * *", "0 0 2 * * ?"),
        ("*/15 * * * *", "0 */15 * * * ?"),
        ("30 1 1 * *", "0 30 1 1 * ?"),
        ("0 3 * * 1-5", "0 0 3 ? * 2-6"),
        ("0 3 * * 7", "0 0 3 ? * 1"),
        ("0 3 * * MON,FRI", "0 0 3 ? * MON,FRI"),
    ],
)
def test_five_fields_become_six(cron: str, expected: str) -> None:
    assert quartz(cron) == expected


@given(st.sets(st.integers(0, 6), min_size=1))
def test_weekdays_stay_the_same_days(days: set[int]) -> None:
    field = quartz(f"0 2 * * {','.join(map(str, sorted(days)))}").split()[-1]
    assert {QUARTZ_DAYS[int(day)] for day in field.split(",")} == {CRON_DAYS[day] for day in days}


@pytest.mark.parametrize("cron", ["0 2 * *", "0 2 1 * 1", "0 2 * * 5-7", "0 2 * * */2", "0 2 * * 9"])
def test_what_quartz_cannot_say_is_refused(cron: str) -> None:
    with pytest.raises(UserError, match="schedule"):
        quartz(cron)
