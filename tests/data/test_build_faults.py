"""Builds at once and damaged bronze: readers see a complete state, and the next run makes it right."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pytest

from odoo_lake.lake.commits import read_log
from odoo_lake.lake.location import parse_lake
from odoo_lake.lake.lock import exclusive
from odoo_lake.pipeline import BUILD_LOCK
from tests.data.lakes import Place

pytestmark = pytest.mark.data

# Two figures of two tables, both changed by the changes below: seen together, or not at all.
WATCHED = """
select
    (select sum(expected_revenue) from gold.sales_pipeline)::varchar as pipeline,
    (select sum(cost) from silver.fact_timesheet)::varchar as cost,
    (select publication::json->>'build_id' from meta.publication) as build_id
"""
# Within one process DuckDB opens a file once, and would go on with one that has been replaced.
OPENING = threading.Lock()


def see(place: Place) -> tuple[str, ...]:
    """What any DuckDB shell sees in the published catalogue."""
    with OPENING, duckdb.connect(str(place.root / "lake.duckdb"), read_only=True) as duck:
        [row] = duck.execute(WATCHED).fetchall()
    return tuple(row)


@contextmanager
def readers(place: Place) -> Iterator[set[tuple[str, ...]]]:
    """What readers see while something goes on; they read over and over, by both ways, and may not fail."""
    seen: set[tuple[str, ...]] = set()
    errors: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(see(place))
                seen.add(tuple(place.query(WATCHED)[0].values()))
            except Exception as error:
                errors.append(error)
            time.sleep(0.2)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
    assert errors == []


def test_a_second_build_refuses_while_the_first_one_works(changing: Place) -> None:
    with exclusive(parse_lake(str(changing.root)).layer("gold"), BUILD_LOCK):
        refused = changing.command("build")
    assert refused.exit_code == 2
    assert f"Another process writes build of this lake: pid {os.getpid()}" in refused.log
    assert "--wait" in refused.log
    assert "Traceback" not in refused.log


def test_damaged_bronze_is_noticed_by_a_figure_and_mended(changing: Place) -> None:
    before = changing.query("select sum(amount_untaxed) as amount from silver.fact_sales_order")
    bronze = parse_lake(str(changing.root)).layer("bronze")
    for file in read_log(bronze).files("sale_order_line"):
        rows = (
            f"select * replace (price_subtotal + 1000 as price_subtotal) from read_parquet('{bronze.url(file.path)}')"
        )
        duckdb.execute(f"create or replace temp table damaged as {rows}")
        duckdb.execute(f"copy damaged to '{bronze.url(file.path)}' (format parquet)")
    changing.odoo("update crm_stage set name = jsonb_set(name, '{en_US}', '\"Renamed\"') where id = 1")
    with readers(changing) as seen:
        mended = changing.command("run")
    assert mended.exit_code == 0, mended.output + mended.log
    [refreshed] = [line for line in mended.output.splitlines() if "compared in full" in line]
    assert "sale_order_line" in refreshed
    assert "published build" in mended.output
    assert changing.query("select sum(amount_untaxed) as amount from silver.fact_sales_order") == before
    assert changing.reconciliation()["agrees"]
    assert len(seen) <= 2
