"""Ageing, units, currencies and calendars: dbt's SQL on many generated rows, beside plain Python."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from random import Random
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt.conftest import put

ROWS = 300
MONEY, FACTOR, RATE = pa.decimal128(24, 6), pa.decimal128(38, 18), pa.decimal128(38, 12)
MILLIONTH, THOUSANDTH = Decimal("0.000001"), Decimal("0.001")
FIRST_DAY, LAST_DAY = date(1999, 12, 1), date(2032, 3, 1)

few_examples = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
Rendered = Mapping[str, str]
Duck = duckdb.DuckDBPyConnection


def amount(random: Random, places: int = 2, size: int = 10**9) -> Decimal:
    return Decimal(random.randint(-size, size)).scaleb(-places)


def day(random: Random) -> date:
    return FIRST_DAY + timedelta(days=random.randrange((LAST_DAY - FIRST_DAY).days))


def half_up(value: Fraction) -> Decimal:
    """Rounded at six decimals, halves away from zero."""
    with localcontext(prec=80):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return exact.quantize(MILLIONTH, rounding=ROUND_HALF_UP)


@few_examples
@given(random=st.randoms(use_true_random=False))
def test_every_open_item_is_in_one_bucket(rendered: Rendered, duck: Duck, random: Random) -> None:
    bounds = [("not_due", 0), ("days_1_30", 30), ("days_31_60", 60), ("days_61_90", 90), ("days_91_120", 120)]
    around = [bound + step for _, bound in bounds for step in (-1, 0, 1)]
    items = [
        (random.choice([1, 2]), random.choice([None, 7, 8]), random.choice([*around, random.randint(-900, 900)]))
        for _ in range(ROWS)
    ]
    residuals = [amount(random) for _ in items]
    put(
        duck,
        "int_open_items",
        pa.table(
            {
                "company_id": [company for company, _, _ in items],
                "partner_id": pa.array([partner for _, partner, _ in items], pa.int32()),
                "days_overdue": [days for _, _, days in items],
                "residual": pa.array(residuals, MONEY),
                "account_type": [
                    random.choice(["asset_receivable", "asset_receivable", "liability_payable"]) for _ in items
                ],
                "due_date": [date(2026, 1, 1)] * len(items),
            }
        ),
    )
    kept = [row[0] == "asset_receivable" for row in duck.execute("select account_type from int_open_items").fetchall()]
    expected: dict[tuple[int, int | None], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for (company, partner, days), residual, is_receivable in zip(items, residuals, kept, strict=True):
        if is_receivable:
            bucket = next((name for name, bound in bounds if days <= bound), "days_over_120")
            expected[company, partner][bucket] += residual
            expected[company, partner]["total"] += residual
    cursor = duck.execute(rendered["ageing"])
    names = [column[0] for column in cursor.description]
    found = {
        (row["company_id"], row["partner_id"]): row
        for row in (dict(zip(names, r, strict=True)) for r in cursor.fetchall())
    }
    assert found.keys() == expected.keys()
    for key, sums in expected.items():
        assert {name: found[key][name] for name in [*(n for n, _ in bounds), "days_over_120", "total"]} == {
            name: sums[name] for name in [*(n for n, _ in bounds), "days_over_120", "total"]
        }


@few_examples
@given(random=st.randoms(use_true_random=False))
def test_quantities_convert_by_the_ratio_of_their_units(rendered: Rendered, duck: Duck, random: Random) -> None:
    # Units up to 10^9 apart, as a tonne and a milligram: a decimal of 38 digits holds no more beside such quantities.
    usual = [Decimal(text) for text in ("1", "12", "0.001", "1000", "453.59237", "28.349523125", "0.0254", "1000000")]
    sizes = usual + [abs(amount(random, 6, 10**11)) + THOUSANDTH for _ in range(8)]
    put(duck, "stg_odoo__uoms", pa.table({"uom_id": range(len(sizes)), "reference_quantity": pa.array(sizes, FACTOR)}))
    duck.execute(f"create or replace table stg_odoo__uom_conversions as {rendered['uom_conversions']}")
    asked = [
        (random.randrange(len(sizes)), random.randrange(len(sizes)), amount(random, 3, 10**7)) for _ in range(ROWS)
    ]
    put(
        duck,
        "asked",
        pa.table(
            {
                "id": range(ROWS),
                "from_id": [row[0] for row in asked],
                "to_id": [row[1] for row in asked],
                "quantity": pa.array([row[2] for row in asked], MONEY),
            }
        ),
    )
    found = dict(duck.execute(rendered["converted_quantity"]).fetchall())
    for number, (source, target, quantity) in enumerate(asked):
        exact = Fraction(quantity) * Fraction(sizes[source]) / Fraction(sizes[target])
        # Half a unit of the last digit, and what the factor's own 18 decimals leave.
        assert abs(Fraction(found[number]) - exact) <= Fraction(1, 2 * 10**6) + abs(Fraction(quantity)) / 10**18


@few_examples
@given(random=st.randoms(use_true_random=False))
def test_quantities_to_order_are_the_smallest_multiple_that_is_enough(
    rendered: Rendered, duck: Duck, random: Random
) -> None:
    asked = [
        (abs(amount(random, 3, 10**6)), random.choice([Decimal(0), abs(amount(random, 2, 5000))])) for _ in range(ROWS)
    ]
    quantities, multiples = (pa.array([row[i] for row in asked], MONEY) for i in (0, 1))
    put(duck, "asked", pa.table({"id": range(ROWS), "quantity": quantities, "multiple": multiples}))
    for number, result in duck.execute(rendered["rounded_up"]).fetchall():
        quantity, multiple = asked[number]
        if multiple == 0:
            assert result == quantity
        else:
            assert result % multiple == 0
            assert quantity <= result < quantity + multiple


def odoo_rate(
    rates: Mapping[tuple[int, int | None, date], Decimal], currency: int, root: int, on: date, *, takes_earliest: bool
) -> Decimal:
    """Odoo's rule: own rates before shared ones; the latest until the day, else the earliest (17 on), else 1."""
    for owner in (root, None):
        until = [when for number, company, when in rates if number == currency and company == owner and when <= on]
        if until:
            return rates[currency, owner, max(until)]
    if takes_earliest:
        for owner in (root, None):
            later = [when for number, company, when in rates if number == currency and company == owner]
            if later:
                return rates[currency, owner, min(later)]
    return Decimal(1)


@few_examples
@given(random=st.randoms(use_true_random=False), takes_earliest=st.booleans())
def test_amounts_convert_at_the_rates_of_their_day(
    rendered: Rendered, duck: Duck, random: Random, *, takes_earliest: bool
) -> None:
    companies, currencies = {1: 1, 2: 2, 3: 1}, [1, 2, 3, 4]
    days = [FIRST_DAY + timedelta(days=random.randrange(60)) for _ in range(12)]
    rates: dict[tuple[int, int | None, date], Decimal] = {
        (random.choice(currencies[:3]), random.choice([None, 1, 2]), random.choice(days)): Decimal(
            random.randint(1, 10**9)
        ).scaleb(-6)
        for _ in range(25)
    }
    put(
        duck,
        "stg_odoo__companies",
        pa.table(
            {
                "company_id": list(companies),
                "root_company_id": list(companies.values()),
                "takes_earliest_rate": [takes_earliest] * len(companies),
            }
        ),
    )
    put(duck, "stg_odoo__currencies", pa.table({"currency_id": currencies}))
    put(
        duck,
        "stg_odoo__currency_rates",
        pa.table(
            {
                "currency_id": [key[0] for key in rates],
                "company_id": pa.array([key[1] for key in rates], pa.int64()),
                "rate_date": [key[2] for key in rates],
                "rate": pa.array(list(rates.values()), RATE),
            }
        ),
    )
    duck.execute(f"create or replace table stg_odoo__currency_rate_ranges as {rendered['currency_rate_ranges']}")
    asked = [
        (
            random.choice(list(companies)),
            random.choice(currencies),
            random.choice(currencies),
            random.choice(days) + timedelta(days=random.randint(-30, 30)),
            amount(random, 2, 10**8),
        )
        for _ in range(ROWS)
    ]
    columns: dict[str, Any] = {
        name: [row[i] for row in asked] for i, name in enumerate(("company_id", "from_id", "to_id", "day"))
    }
    put(duck, "asked", pa.table({"id": range(ROWS), **columns, "amount": pa.array([row[4] for row in asked], MONEY)}))
    found = {row[0]: row[1:] for row in duck.execute(rendered["converted_amount"]).fetchall()}
    assert len(found) == ROWS
    for number, (company, source, target, on, value) in enumerate(asked):
        root = companies[company]
        from_rate, to_rate = (
            odoo_rate(rates, currency, root, on, takes_earliest=takes_earliest) for currency in (source, target)
        )
        assert found[number][:2] == (from_rate, to_rate), (company, source, target, on)
        assert found[number][2] == half_up(Fraction(value) * Fraction(to_rate) / Fraction(from_rate))


@few_examples
@given(random=st.randoms(use_true_random=False))
def test_calendars_have_every_day_and_month_once(rendered: Rendered, duck: Duck, random: Random) -> None:
    first, last = sorted([day(random), day(random)])
    put(duck, "asked", pa.table({"day": [first, last]}))
    days = sorted(row[0] for row in duck.execute(rendered["days"]).fetchall())
    assert days == [first + timedelta(days=number) for number in range((last - first).days + 1)]
    months = sorted(row[0] for row in duck.execute(rendered["months"]).fetchall())
    assert months == sorted({found.replace(day=1) for found in days})


@few_examples
@given(random=st.randoms(use_true_random=False))
def test_months_are_those_of_the_calendar(rendered: Rendered, duck: Duck, random: Random) -> None:
    asked = [(day(random), random.randint(-300, 300), day(random)) for _ in range(ROWS)]
    columns: dict[str, Any] = {name: [row[i] for row in asked] for i, name in enumerate(("day", "months", "other_day"))}
    put(duck, "asked", pa.table({"id": range(ROWS), **columns}))
    for number, moved, last_day, apart in duck.execute(rendered["calendar"]).fetchall():
        start, months, other = asked[number]
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        assert moved == date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
        assert last_day == start.replace(day=calendar.monthrange(start.year, start.month)[1])
        assert apart == (other.year - start.year) * 12 + other.month - start.month


@few_examples
@given(random=st.randoms(use_true_random=False))
def test_quotients_round_half_up_and_percentages_need_a_base(rendered: Rendered, duck: Duck, random: Random) -> None:
    asked = [(amount(random), random.choice([Decimal(0), amount(random, 2, 10**4), Decimal(8)])) for _ in range(ROWS)]
    amounts, divisors = (pa.array([row[i] for row in asked], MONEY) for i in (0, 1))
    put(duck, "asked", pa.table({"id": range(ROWS), "amount": amounts, "divisor": divisors}))
    for number, quotient, share in duck.execute(rendered["quotients"]).fetchall():
        value, divisor = asked[number]
        assert quotient == (half_up(Fraction(value) / Fraction(divisor)) if divisor else None)
        assert share == (half_up(100 * Fraction(value) / Fraction(divisor)) if divisor > 0 else None)
