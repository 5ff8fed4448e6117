from __future__ import annotations

import psycopg
import pytest
from typer.testing import CliRunner

from odoo_lake.cli.app import app
from odoo_lake.errors import UserError
from odoo_lake.source.embedded import EmbeddedPostgres

RUNNER = CliRunner()


def test_a_database_that_is_not_empty_is_left_alone(postgres: EmbeddedPostgres) -> None:
    url = postgres.recreate_database("sample_not_empty")
    postgres.execute("create view someone_elses as select 1 as id", database="sample_not_empty")
    result = RUNNER.invoke(app, ["sample", "--source", url])
    assert isinstance(result.exception, UserError)
    assert "sample_not_empty is not empty" in result.exception.fact
    assert "createdb" in result.exception.remedy


@pytest.mark.parametrize(
    ("options", "fact", "remedy"),
    [
        (["--odoo-version", "15"], "Odoo 15 is not known", "16, 17, 18, 19"),
        (["--scale", "huge"], "Scale huge is not known", "small, medium, large"),
    ],
)
def test_what_is_not_known_is_named_with_the_choices(options: list[str], fact: str, remedy: str) -> None:
    result = RUNNER.invoke(app, ["sample", "--source", "postgresql://nobody@/nowhere", *options])
    assert isinstance(result.exception, UserError)
    assert fact in result.exception.fact
    assert remedy in result.exception.remedy


def test_a_server_that_does_not_answer_is_named() -> None:
    result = RUNNER.invoke(app, ["sample", "--source", "postgresql://nobody@/x?host=/no/such/directory"])
    assert isinstance(result.exception, UserError)
    assert "cannot be reached" in result.exception.fact
    assert "/no/such/directory" in result.exception.fact


def test_the_command_fills_the_database_and_says_so(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.recreate_database("sample_command")
    monkeypatch.setenv("ODOO_LAKE_SOURCE", url)
    result = RUNNER.invoke(app, ["sample", "--odoo-version", "17", "--seed", "4", "--today", "2026-03-01"])
    assert result.exit_code == 0, result.output
    assert "Odoo 17, small:" in result.output
    assert "account_move_line: " in result.output
    with psycopg.connect(url) as connection:
        assert connection.execute("select max(date)::text from account_move").fetchone() == ("2026-02-28",)
