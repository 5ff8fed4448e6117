"""How figures are written: rounded for the eye, with thousands separators and their unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

NOTHING = "\N{EN DASH}"
_THIN = "\N{NARROW NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_DECIMALS = {"currency": 0, "percent": 1, "days": 0, "ratio": 2, "count": 0, "quantity": 0}
_SUFFIX = {"percent": "%", "days": "days"}


@dataclass(frozen=True)
class Figure:
    """A figure as it is and as it is shown; `exact` is empty when there is none."""

    text: str
    exact: str = ""
    currency: str = ""
    """What is written after an amount, unless the table says it for all."""


def figure(value: Decimal | int | None, unit: str, currency: str | None = None) -> Figure:
    """A figure of one of the units currency, percent, days, ratio, count and quantity."""
    if value is None:
        return Figure(NOTHING)
    suffix = _SUFFIX.get(unit, "")
    text = number(value, _DECIMALS[unit])
    shown = f"{text}{_THIN}{suffix}" if suffix else text
    return Figure(shown, str(value), f"{_THIN}{currency}" if currency and unit == "currency" else "")


def number(value: Decimal | int, decimals: int = 0, *, signed: bool = False) -> str:
    """1,234.5, with a true minus sign; `signed` writes a plus as well. A zero has no sign."""
    text = f"{abs(Decimal(value)):,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{_MINUS}{text}" if value < 0 else f"+{text}" if signed else text


def change(value: Decimal | None, before: Decimal | None, unit: str) -> str:
    """The change as a reader expects it: amounts and counts in percent, percentages in points, days in days."""
    if value is None or before is None:
        return ""
    if unit == "percent":
        return f"{number(value - before, 1, signed=True)}{_THIN}points"
    if unit == "days":
        return f"{number(value - before, 0, signed=True)}{_THIN}days"
    if before <= 0:
        return ""
    return f"{number((value - before) / before * 100, 1, signed=True)}{_THIN}%"


def age(duration: timedelta) -> str:
    """12 minutes, 5 hours, 3 days."""
    minutes = max(0, round(duration.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
