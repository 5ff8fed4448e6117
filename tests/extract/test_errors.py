"""Everything that a user can get wrong is one message: what is wrong, what follows, what to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from odoo_lake.errors import UserError
from odoo_lake.extract.run import Outcome
from odoo_lake.lake.location import parse_lake
from odoo_lake.settings import ExtractionSettings
from odoo_lake.source.connection import Source
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.extract.tiny_odoo import TinyOdoo

Run = Callable[..., Outcome]


def test_nothing_listens(run: Run) -> None:
    with pytest.raises(UserError, match=r"Can't connect to odoo on 127\.0\.0\.1:9") as raised:
        run(url="postgresql://reader:s3cret@127.0.0.1:9/odoo")
    assert "Connection refused" in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_wrong_password(run: Run, odoo: TinyOdoo, postgres: EmbeddedPostgres) -> None:
    rules = postgres.data_directory / "pg_hba.conf"
    before = rules.read_text()
    odoo.execute(f"create role keeper_{odoo.name} login password 'right'")
    try:
        rules.write_text(f"local all keeper_{odoo.name} scram-sha-256\n{before}")
        postgres.execute("select pg_reload_conf()")
        with pytest.raises(UserError, match="refused the login") as raised:
            run(url=postgres.url(odoo.name, f"keeper_{odoo.name}", "wrong-s3cret"))
    finally:
        rules.write_text(before)
        postgres.execute("select pg_reload_conf()")
    assert "wrong-s3cret" not in str(raised.value)
    assert "odoo-lake grants" in raised.value.remedy


def test_no_such_database(run: Run, postgres: EmbeddedPostgres) -> None:
    with pytest.raises(UserError, match="no database 'nowhere'"):
        run(url=postgres.url("nowhere"))


def test_not_a_url(run: Run) -> None:
    with pytest.raises(UserError, match="not a PostgreSQL URL"):
        run(url="mysql://x")


def test_not_an_odoo_database(run: Run, postgres: EmbeddedPostgres) -> None:
    with pytest.raises(UserError, match="not an Odoo database: it has no table ir_module_module"):
        run(url=postgres.recreate_database("something_else"))


@pytest.mark.parametrize(("version", "said"), [("15.0.1.3", "Odoo 15"), ("20.0.1.0", "Odoo 20")])
def test_an_unsupported_version(run: Run, odoo: TinyOdoo, version: str, said: str) -> None:
    odoo.execute(f"update ir_module_module set latest_version = '{version}' where name = 'base'")
    with pytest.raises(UserError, match=said):
        run()


def test_base_not_installed(run: Run, odoo: TinyOdoo) -> None:
    odoo.execute("update ir_module_module set state = 'uninstalled' where name = 'base'")
    with pytest.raises(UserError, match="not a ready Odoo database"):
        run()


def test_a_saas_version_is_understood(run: Run, odoo: TinyOdoo) -> None:
    odoo.execute("update ir_module_module set latest_version = 'saas~18.2.1.3' where name = 'base'")
    assert run().commit.odoo_version == 18


def test_a_missing_privilege_names_table_columns_and_the_grant(run: Run, odoo: TinyOdoo) -> None:
    role = f"poor_{odoo.name}"
    odoo.execute(
        f"create role {role} login; grant select on all tables in schema public to {role};"
        f"revoke select on account_move from {role}; grant select (id, name, date) on account_move to {role}"
    )
    with pytest.raises(UserError, match=r"may not read .*move_type.* of account_move\.") as raised:
        run(url=odoo.server.url(odoo.name, role))
    assert "grant select (" in raised.value.remedy
    assert 'on public."account_move"' in raised.value.remedy


def test_even_the_modules_may_not_be_read(run: Run, odoo: TinyOdoo) -> None:
    role = f"nobody_{odoo.name}"
    odoo.execute(f"create role {role} login")
    with pytest.raises(UserError, match="may not read ir_module_module"):
        run(url=odoo.server.url(odoo.name, role))


def test_a_table_that_odoo_holds_locked(run: Run, odoo: TinyOdoo) -> None:
    with Source(odoo.url, ExtractionSettings()).connect() as blocker:
        blocker.read_only = False
        blocker.execute("lock table account_move_line in access exclusive mode")
        with pytest.raises(UserError, match="lock timeout") as raised:
            run(url=f"{odoo.url}&options=-c%20lock_timeout%3D500")
    assert "module upgrade" in raised.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere, so no folder can be read-only to it")
def test_a_lake_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir(mode=0o500)
    with pytest.raises(UserError, match="can't be written"):
        run()


def test_a_lake_below_a_file_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("a file")
    with pytest.raises(UserError, match="can't be written"):
        run()


@pytest.mark.parametrize("text", ["gs://bucket", "s3://odoo-lake/some/prefix", "s3://"])
def test_a_lake_of_another_kind(text: str) -> None:
    with pytest.raises(UserError, match="--lake is"):
        parse_lake(text)


def test_a_user_error_is_one_message_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from odoo_lake.cli.app import main

    monkeypatch.setattr(
        "sys.argv", ["odoo-lake", "extract", "--source", "postgresql://127.0.0.1:9/x", "--lake", "gs://x"]
    )
    with pytest.raises(SystemExit) as raised:
        main()
    assert raised.value.code == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: --lake is gs://x.")
    assert "Traceback" not in printed


def test_commands_without_a_source_or_a_lake_say_which_option() -> None:
    from odoo_lake.cli.app import app

    result = CliRunner().invoke(app, ["extract", "--lake", "x"], env={"ODOO_LAKE_SOURCE": ""})
    assert isinstance(result.exception, UserError)
    assert "--source" in result.exception.remedy
