"""The page's content, without a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import LakeState
from odoo_lake.record.writer import RunRecord
from odoo_lake.report.formats import age, change, figure, number
from odoo_lake.report.page import render
from odoo_lake.report.read import ReportData, read_report
from tests.report.conftest import Demo, odoo_lake

MINUS, THIN = "\N{MINUS SIGN}", "\N{NARROW NO-BREAK SPACE}"
QUIET = (
    "No entry is posted",
    "Nothing has moved on a bank or cash account",
    "Nothing is open.",
    "There are no sales orders",
    "There are no open opportunities.",
    "No stock is valued.",
    "Nothing was delivered yet.",
    "No product is out of stock",
)


@pytest.fixture(scope="module")
def data(demo: Demo) -> ReportData:
    lake = Lake(str(demo.lake))
    return read_report(lake, LakeState(), RunRecord(lake))


class _Outline(HTMLParser):
    """Headings, tables without a caption, and addresses that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.fetched: list[str] = []
        self.tables = self.captions = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "h2", "h3"):
            self.levels.append(int(tag[1]))
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.fetched += [value or "" for name, value in attrs if name in ("src", "srcset", "data", "action")]
        self.fetched += [value or "" for name, value in attrs if name == "href" and tag != "a"]


def test_headings_descend_and_every_table_has_a_caption(data: ReportData) -> None:
    outline = _Outline()
    outline.feed(render(data))
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(below - above <= 1 for above, below in zip(outline.levels, outline.levels[1:], strict=False))
    assert outline.tables == outline.captions > len(data.companies) * 6
    assert outline.fetched == ["data:,"]


def test_a_company_without_modules_gets_sentences_instead_of_plots(data: ReportData) -> None:
    [first, *_] = data.companies
    bare = dict.fromkeys(data.rows, ()) | {"companies": (first,), "scorecard": data.rows["scorecard"]}
    page = render(replace(data, rows=bare, checks=(), tables=(), commit=None))
    assert 'data-plot="' not in page
    for sentence in QUIET:
        assert sentence in page
    assert not any(sentence in render(data) for sentence in QUIET[:4])


def test_names_are_text_wherever_they_stand(data: ReportData) -> None:
    hostile = "</script><script>alert('x')</script><img src=x onerror=alert(1)>"
    named = {
        name: tuple({**row, **{key: hostile for key in row if key.endswith("_name")}} for row in rows)
        for name, rows in data.rows.items()
    }
    page = render(replace(data, rows=named))
    assert hostile not in page
    assert "<img" not in page.split("<footer")[0]
    assert page.count("<script") == render(data).count("<script")


def test_what_differs_from_odoo_and_what_is_late_is_said_and_open(data: ReportData) -> None:
    [first, *others] = data.checks
    wrong = type(first)(
        check_name=first.check_name,
        keys_compared=first.keys_compared,
        figures_compared=first.figures_compared,
        differing_figures=3,
        greatest_difference=12.5,
    )
    late = replace(data.tables[0], age_hours=99.0)
    page = render(replace(data, checks=(wrong, *others), tables=(late, *data.tables[1:])))
    assert "3 figures differ from Odoo" in page
    assert "12.500000" in page
    assert f"1 of {len(data.tables)} tables are older" in page
    assert page.count("<details open>") == 2


def test_no_column_that_is_dropped_or_secret_can_be_on_it(data: ReportData, demo: Demo) -> None:
    # The sample marks every such value.
    assert "CANARY" not in demo.report.read_text()
    assert any(data.rows["top_customers"])


def test_an_empty_lake_and_a_path_that_cannot_be_written_are_named(demo: Demo) -> None:
    empty = odoo_lake("report", "--lake", demo.folder / "nothing-there")
    assert empty.returncode == 2
    assert "Nothing is published" in empty.stderr
    blocked = odoo_lake("report", "--lake", demo.lake, "--output", demo.report / "below-a-file.html")
    assert blocked.returncode == 2
    assert "can't be written" in blocked.stderr


@pytest.mark.parametrize(
    ("value", "unit", "currency", "text"),
    [
        (Decimal("1234567.891"), "currency", "EUR", f"1,234,568{THIN}EUR"),
        (Decimal("-0.4"), "currency", "USD", f"0{THIN}USD"),
        (Decimal("-1500"), "currency", "USD", f"{MINUS}1,500{THIN}USD"),
        (Decimal("12.34"), "percent", "EUR", f"12.3{THIN}%"),
        (7, "count", None, "7"),
        (Decimal("0.5"), "ratio", None, "0.50"),
        (None, "currency", "EUR", "\N{EN DASH}"),
    ],
)
def test_figures_are_rounded_separated_and_named(
    value: Decimal | int | None, unit: str, currency: str | None, text: str
) -> None:
    shown = figure(value, unit, currency)
    assert shown.text + shown.currency == text


@pytest.mark.parametrize(
    ("value", "before", "unit", "text"),
    [
        ("110", "100", "currency", f"+10.0{THIN}%"),
        ("90", "100", "count", f"{MINUS}10.0{THIN}%"),
        ("90", "0", "count", ""),
        ("44.2", "46", "percent", f"{MINUS}1.8{THIN}points"),
        ("60", "55", "days", f"+5{THIN}days"),
    ],
)
def test_a_change_is_told_in_its_own_unit(value: str, before: str, unit: str, text: str) -> None:
    assert change(Decimal(value), Decimal(before), unit) == text


def test_ages_read_like_speech() -> None:
    assert [age(timedelta(minutes=m)) for m in (1, 119, 120, 47 * 60, 48 * 60)] == [
        "1 minute",
        "119 minutes",
        "2 hours",
        "47 hours",
        "2 days",
    ]
    assert number(Decimal("-0.001"), 2) == "0.00"
