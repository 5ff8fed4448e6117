from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from odoo_lake.errors import UserError
from odoo_lake.source import embedded
from odoo_lake.source.embedded import EmbeddedPostgres, embedded_postgres


def test_a_database_is_created_empty_and_recreated_empty(postgres: EmbeddedPostgres) -> None:
    url = postgres.recreate_database("fresh start")
    postgres.execute("create table leftover (id int)", database="fresh start")
    assert postgres.recreate_database("fresh start") == url
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from pg_class where relname = 'leftover'").fetchone() == (0,)


def test_it_runs_where_only_its_owner_may_enter_and_leaves_permissions_alone(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with embedded_postgres(closed / "data", durable=False) as server:
        server.execute("create database kept")
    with embedded_postgres(closed / "data", durable=False) as server:
        server.execute("select 1", database="kept")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    if not server.data_directory.is_relative_to(tmp_path):
        shutil.rmtree(server.data_directory.parent)


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    directory = tmp_path / ("long" * 25) / "data"
    with embedded_postgres(directory, durable=False) as server, psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    if not server.data_directory.is_relative_to(tmp_path):
        shutil.rmtree(server.data_directory.parent)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_the_server_stops_when_its_parent_is_killed_and_starts_again(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from odoo_lake.source.embedded import embedded_postgres\n"
        "with embedded_postgres(Path(sys.argv[1]), durable=False) as server:\n"
        "    server.execute('create database kept'); print(server.data_directory, flush=True); time.sleep(600)"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "data")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        directory = Path(parent.stdout.readline().strip())
        server_pid = int((directory / "postmaster.pid").read_text().split()[0])
        parent.kill()
    with embedded_postgres(tmp_path / "data", durable=False) as server:
        assert _has_ended(server_pid)
        server.execute("select 1", database="kept")
    if not directory.is_relative_to(tmp_path):
        shutil.rmtree(directory.parent)


def test_a_second_server_on_the_same_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_STOP_SECONDS", 1)
    with embedded_postgres(tmp_path / "data", durable=False) as server:
        with pytest.raises(UserError, match="already runs"), embedded_postgres(tmp_path / "data"):
            pass
        server.execute("select 1")
    if not server.data_directory.is_relative_to(tmp_path):
        shutil.rmtree(server.data_directory.parent)


def _has_ended(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or ") Z " in state.read_text()
