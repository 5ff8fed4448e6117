"""Cron expressions as Airbyte's scheduler (Quartz) reads them."""

from __future__ import annotations

import re

from odoo_lake.errors import UserError

FIELDS = 5
ANY = "*"
UNSTATED = "?"


def quartz(schedule: str) -> str:
    """Six Quartz fields from five cron fields; raises UserError for what Quartz has no words for.

    Quartz starts with seconds, counts weekdays from 1 (Sunday), and one of day and weekday must be left unstated.
    """
    fields = schedule.split()
    if len(fields) != FIELDS:
        raise _unusable(schedule, f"has {len(fields)} fields instead of {FIELDS}")
    minute, hour, day, month, weekday = fields
    if ANY not in (day, weekday):
        raise _unusable(schedule, "names days of the month and of the week, which Quartz can't combine")
    if weekday == ANY:
        return f"0 {minute} {hour} {day} {month} {UNSTATED}"
    return f"0 {minute} {hour} {UNSTATED} {month} {_weekdays(weekday, schedule)}"


def _weekdays(field: str, schedule: str) -> str:
    if "/" in field:
        raise _unusable(schedule, "steps over weekdays")
    days = re.sub(r"\d+", lambda match: str(_weekday(int(match[0]), schedule)), field)
    for first, last in re.findall(r"(\d+)-(\d+)", days):
        if int(first) > int(last):
            raise _unusable(schedule, "has a range of weekdays that ends on a Sunday; write the days with commas")
    return days


def _weekday(number: int, schedule: str) -> int:
    if number > 7:
        raise _unusable(schedule, f"has a weekday {number}")
    return number % 7 + 1


def _unusable(schedule: str, why: str) -> UserError:
    return UserError(
        f"connection.schedule is {schedule!r}: it {why}.",
        "Airbyte would not run it at the meant times.",
        "Write minute, hour, day, month and weekday, as 0 2 * * *.",
    )
