"""The page in a real browser, at the width of a desk and of a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.report.browser import EXECUTABLE, Page, browser_page
from tests.report.conftest import Demo

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="no chromium is installed")

WIDTHS = (1440, 390)
SHOWN = "article.company:not([hidden])"
ALL_DRAWN = (
    f"[...document.querySelectorAll('{SHOWN} .plot')].every((plot) => plot.querySelector('.main-svg .trace path'))"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser_page(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(params=WIDTHS, ids=lambda width: f"{width}px")
def opened(request: pytest.FixtureRequest, page: Page, demo: Demo) -> Page:
    page.resize(request.param)
    page.open("about:blank")
    page.open(demo.report.as_uri())
    page.wait_for(ALL_DRAWN)
    return page


def test_every_plot_is_drawn_without_a_complaint_or_a_request(opened: Page, demo: Demo) -> None:
    companies = opened.evaluate("document.querySelectorAll('article.company').length")
    assert companies == len(demo.query("select distinct company_id from gold.monthly_pnl"))
    for number in range(companies):
        opened.evaluate(f"document.querySelectorAll('button[data-shows]')[{number}].click()")
        opened.wait_for(ALL_DRAWN)
        assert opened.evaluate(f"document.querySelectorAll('{SHOWN}').length") == 1
        assert opened.evaluate(f"document.querySelectorAll('{SHOWN} .plot').length") == 7
        marks = opened.evaluate(
            f"[...document.querySelectorAll('{SHOWN} .plot')].map((plot) =>"
            " plot.querySelectorAll('.main-svg .trace path').length)"
        )
        assert all(marks), marks
    assert opened.complaints == []
    assert {address for address in opened.requests if address != "about:blank"} == {demo.report.as_uri()}


def test_nothing_is_wider_than_the_screen(opened: Page) -> None:
    opened.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wide = opened.evaluate(
        f"[...document.querySelectorAll('{SHOWN} *')].filter((part) => !part.closest('.scroll, .unseen')"
        " && part.getBoundingClientRect().right > innerWidth + 1).map((part) => part.outerHTML.slice(0, 120))"
    )
    assert wide == []


def test_text_stands_out_from_what_is_behind_it(opened: Page) -> None:
    ratios = opened.evaluate(
        """(() => {
          const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
          const parse = (text) => text.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
          const behind = (part) => {
            for (let at = part; at; at = at.parentElement) {
              const colour = parse(getComputedStyle(at).backgroundColor);
              if (colour.length === 3 || colour[3] > 0) return colour;
            }
            return [255, 255, 255];
          };
          const texts = [...document.querySelectorAll('header *, main *, footer *')].filter((part) =>
            part.checkVisibility() && !part.closest('svg, script')
            && [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
          return texts.map((part) => {
            const [a, b] = [light(parse(getComputedStyle(part).color)), light(behind(part))].sort((x, y) => y - x);
            return [(a + 0.05) / (b + 0.05), part.textContent.slice(0, 40)];
          });
        })()"""
    )
    assert len(ratios) > 100
    # WCAG 2.2 AA for text of usual size.
    assert min(ratios)[0] >= 4.5, min(ratios)


def test_the_tiles_show_what_a_query_gives(opened: Page, demo: Demo) -> None:
    finance = ("revenue", "net_income", "gross_margin_pct", "cash_balance", "receivables", "payables")
    [as_of] = demo.query("select max(as_of_date) as day from gold.ar_aging")
    this_month = f"where month = date_trunc('month', date '{as_of['day']}')"
    rows = demo.query(f"select * from gold.kpi_finance_summary {this_month} order by company_id")
    assert len(rows) > 1
    for row in rows:
        for kpi in finance:
            shown = opened.evaluate(
                f"document.querySelector('#company-{row['company_id']} .tile[data-kpi=\"finance.{kpi}\"] data')?.value"
            )
            assert (shown and Decimal(shown)) == (row[kpi] and Decimal(row[kpi]))


def test_the_plots_hold_what_a_query_gives(opened: Page, demo: Demo) -> None:
    [company] = demo.query("select min(company_id) as company_id from gold.monthly_pnl")
    opened.evaluate(f"document.querySelector('button[data-shows=\"{company['company_id']}\"]').click()")
    drawn = opened.evaluate(
        f"Object.fromEntries(document.querySelector('{SHOWN} .plot.profit').data.map((trace) =>"
        " [trace.name, trace.y.reduce((sum, value) => sum + value, 0)]))"
    )
    [expected] = demo.query(
        "select sum(revenue) as revenue, sum(net_income) as net_income from (select * from gold.monthly_pnl"
        f" where company_id = {company['company_id']} order by month desc limit 24)"
    )
    assert drawn["Revenue"] == pytest.approx(float(expected["revenue"]))
    assert drawn["Net income"] == pytest.approx(float(expected["net_income"]))


def test_an_address_names_the_company_to_show(page: Page, demo: Demo) -> None:
    [company] = demo.query("select max(company_id) as company_id from gold.monthly_pnl")
    page.open("about:blank")
    page.open(f"{demo.report.as_uri()}#company-{company['company_id']}")
    page.wait_for(ALL_DRAWN)
    assert page.evaluate(f"document.querySelector('{SHOWN}').dataset.company") == str(company["company_id"])


def test_a_screenshot_can_be_taken(opened: Page, tmp_path: Path) -> None:
    opened.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 50_000
