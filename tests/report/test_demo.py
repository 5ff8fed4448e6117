"""The demo, as somebody sees it who runs it, interrupts it and runs it again."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from odoo_lake.demo.company import DATABASE, READER
from odoo_lake.source.embedded import embedded_postgres
from tests.report.conftest import ODOO_LAKE, Demo, odoo_lake


def test_it_says_where_the_report_is_and_that_the_figures_are_odoos(demo: Demo) -> None:
    assert "all equal to Odoo's own" in demo.output
    assert f"Report: {demo.report}" in demo.output
    assert "odoo-lake query" in demo.output


def test_the_hash_key_stays_in_its_file(demo: Demo) -> None:
    file = demo.folder / "hash-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = file.read_text().encode()
    assert len(key) == 64
    texts = [demo.output.encode(), demo.report.read_bytes()]
    texts += [path.read_bytes() for path in demo.lake.rglob("*") if path.is_file()]
    assert not any(key in text for text in texts)


def test_a_second_run_changes_nothing_and_keeps_the_key(demo: Demo) -> None:
    before = (demo.folder / "hash-key").read_text()
    [first] = demo.query("select publication from meta.publication")
    again = odoo_lake("demo", "--directory", demo.folder, "--scale", "small")
    assert again.returncode == 0, again.stderr
    assert "made earlier today" in again.stdout
    assert "0 changed rows" in again.stdout
    assert demo.query("select publication from meta.publication") == [first]
    assert (demo.folder / "hash-key").read_text() == before


def test_it_is_read_by_a_login_that_may_not_see_a_secret(demo: Demo) -> None:
    with (
        embedded_postgres(demo.folder / "postgres") as server,
        psycopg.connect(server.url(DATABASE, user=READER), autocommit=True) as connection,
    ):
        assert connection.execute("select count(*) > 0 from (select login from res_users)").fetchone() == (True,)
        for statement in ("select password from res_users", "select 1 from ir_config_parameter"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("create temp table mine (id int)")


@pytest.mark.parametrize(
    "reached",
    ["README.txt", "lake/odoo-lake-bronze/odoo/*/*/*.parquet", "lake/.work/build/lake.duckdb"],
    ids=["filling", "extracting", "building"],
)
def test_a_killed_run_is_made_good_by_the_next(tmp_path: Path, reached: str) -> None:
    folder = tmp_path / "demo"
    arguments = [ODOO_LAKE, "demo", "--directory", str(folder), "--scale", "small"]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as killed:
        while not any(folder.glob(reached)):
            assert killed.poll() is None
            time.sleep(0.05)
        time.sleep(0.5)
        os.kill(killed.pid, signal.SIGKILL)
    done = odoo_lake(*arguments[1:])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all equal to Odoo's own" in done.stdout
    assert (folder / "report.html").is_file()
    with embedded_postgres(folder / "postgres") as server:
        moved = server.data_directory
    if not moved.is_relative_to(tmp_path):
        shutil.rmtree(moved.parent)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = odoo_lake("demo", "--directory", tmp_path, "--scale", "small")
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = odoo_lake("demo", "--directory", tmp_path / "file" / "demo")
    assert done.returncode == 2
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_odoo_version_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    done = odoo_lake("demo", "--directory", tmp_path / "demo", "--odoo-version", "15")
    assert done.returncode == 2
    assert "Odoo 15 is not known" in done.stderr
    assert not (tmp_path / "demo").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_no_server_is_left_behind(demo: Demo) -> None:
    running = [path for path in Path("/proc").glob("[0-9]*/cmdline") if _mentions(path, str(demo.folder))]
    assert running == []


def _mentions(command_line: Path, text: str) -> bool:
    try:
        return text.encode() in command_line.read_bytes()
    except OSError:
        return False
