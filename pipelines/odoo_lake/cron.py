"""When a schedule was last due, and how far apart its times are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES = {
    name: number
    for names in (
        ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
        ("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    )
    for number, name in enumerate(names)
}
LOOK_BACK = timedelta(days=8)
_ANY_DAY = datetime(2026, 1, 12, tzinfo=UTC)


def last_due(schedule: str, before: datetime, zone: str = "UTC") -> datetime | None:
    """The newest time of a schedule at or before a moment, at most eight days back; ValueError if unreadable."""
    fields = _MACROS.get(schedule, schedule).split()
    if len(fields) != len(_RANGES):
        raise ValueError(f"{schedule!r} is no schedule of five fields")
    minutes, hours, days, months, weekdays = (
        set(_values(field, *limits)) for field, limits in zip(fields, _RANGES, strict=True)
    )
    either_day = fields[2] != "*" and fields[4] != "*"
    start = before.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    for back in range(int(LOOK_BACK.total_seconds() // 60)):
        moment = (start.astimezone(before.tzinfo) - timedelta(minutes=back)).astimezone(ZoneInfo(zone))
        if moment.minute not in minutes or moment.hour not in hours or moment.month not in months:
            continue
        weekday = moment.isoweekday() % 7
        of_week = weekday in weekdays or (weekday == 0 and 7 in weekdays)
        of_month = moment.day in days
        if (of_month or of_week) if either_day else (of_month and of_week):
            return moment
    return None


def longest_gap(schedule: str) -> timedelta | None:
    """The longest time between two runs, in UTC; None for a schedule that leaves out whole weeks."""
    return max((later - earlier for later, earlier in pairwise(_times(schedule))), default=None)


def _times(schedule: str) -> Iterator[datetime]:
    """Those of two weeks, the newest first: one of each weekday follows another."""
    moment = last_due(schedule, _ANY_DAY)
    while moment is not None and moment > _ANY_DAY - 2 * LOOK_BACK:
        yield moment
        moment = last_due(schedule, moment - timedelta(minutes=1))


def _values(field: str, low: int, high: int) -> Iterator[int]:
    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if first in ("*", "?"):
            start, end = low, high
        else:
            start = _number(first)
            end = _number(last) if last else high if step else start
        yield from range(start, end + 1, int(step or 1))


def _number(text: str) -> int:
    return _NAMES[text] if text in _NAMES else int(text)
