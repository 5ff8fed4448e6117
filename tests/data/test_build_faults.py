"""Whatever happens to a build or its lake, readers see a complete state, and the next run makes it right."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from odoo_lake.build.publish import write_tables
from odoo_lake.errors import UserError
from odoo_lake.lake.commits import read_log
from odoo_lake.lake.location import WORK_VARIABLE, parse_lake
from odoo_lake.lake.lock import exclusive
from odoo_lake.pipeline import BUILD_LOCK
from odoo_lake.progress import reporting
from odoo_lake.workspace import Workspace
from tests.data.lakes import BuiltLake, Place

pytestmark = pytest.mark.data

# Two figures of two tables, both that builds change: seen together, or not at all.
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


def test_a_full_disk_while_publishing_is_said_and_readers_keep_what_they_had(
    sample_lake: BuiltLake, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silver = tmp_path / "lake" / "odoo-lake-silver"
    silver.mkdir(parents=True)
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() or not mount or not umount:
        pytest.skip("only root can mount a small disk")
    arguments = [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(silver)]
    mounted = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk can't be mounted: {mounted.stderr.strip()}")
    try:
        shutil.copytree(sample_lake.place.root / ".work", tmp_path / "work")
        monkeypatch.setenv(WORK_VARIABLE, str(tmp_path / "work"))
        build = workspace.pipeline(parse_lake(str(tmp_path / "lake")), workspace.state(None), reporting).build
        with pytest.raises(UserError, match=r"silver\.\w+ can't be written to .*No space left") as raised:
            write_tables(build, "20261122T000000000Z-full")
        assert "readers still see the last complete state" in raised.value.consequence
    finally:
        subprocess.run([umount, str(silver)], check=True)


def test_a_lake_that_was_moved_is_published_anew(sample_lake: BuiltLake, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(sample_lake.place.root, moved)
    place = Place(sample_lake.place.source, sample_lake.place.owner, moved)
    published = place.command("build")
    assert published.exit_code == 0, published.output + published.log
    with duckdb.connect(str(moved / "lake.duckdb"), read_only=True) as duck:
        views = duck.execute("select sql from duckdb_views() where not internal").fetchall()
    assert [view for (view,) in views if str(sample_lake.place.root) in view] == []
    assert json.loads(place.query("from meta.publication")[0]["publication"])["tables"]
