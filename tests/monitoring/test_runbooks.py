"""Every alert has its runbook, and every command of a runbook works: names exist, SQL runs, expressions parse."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
import sqlfluff
import typer
import typer.main

from odoo_lake.cli.app import app
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.monitoring.metric_listings import known_metrics
from tests.monitoring.platform_objects import platform_objects
from tests.monitoring.product_databases import fill_product_databases, make_product_databases
from tests.monitoring.rule_cases import alerts_with_cases, metric_names
from tests.monitoring.runbook_commands import RUNBOOKS, Command, commands_of, wrong_names

SECTIONS = [
    "Meaning",
    "Impact",
    "Verify",
    "Diagnosis",
    "Mitigation",
    "Recovery check",
    "Escalation",
    "Prevention",
]
PRODUCTS = "Airbyte|Dagster|Datahub|Dbt|Exporter|Extraction|Metabase|Minio|Odoo|Pod(?!Disr)|Pods|Postgres|Trino|Volume"
PRIORITIES = {alert.name: alert.rule["labels"]["priority"] for alert in alerts_with_cases()}
PAGES = sorted(RUNBOOKS.glob("*.md"))
COMMANDS = [command for page in sorted(RUNBOOKS.rglob("*.md")) for command in commands_of(page)]
VALUES = {
    "CONNECTION_ID": "00000000-0000-0000-0000-000000000002",
    "JOB_ID": "6",
    "TABLE": "sale_order",
    "PID": "0",
    "SLOT": "no_such_slot",
}


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert {page.stem for page in PAGES} - {"README"} == set(PRIORITIES)


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "README"], ids=lambda page: page.stem)
def test_a_runbook_has_its_sections_in_order_and_speaks_of_the_alerts_priority(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {page.stem}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    escalation = text.split("## Escalation")[1]
    assert set(re.findall(r"P\d", escalation)) == {PRIORITIES[page.stem]}
    assert not re.search(r"TODO|TBD|FIXME", text)


def test_runbooks_refer_to_runbooks_and_procedures_that_exist() -> None:
    known = set(PRIORITIES)
    for page in sorted(RUNBOOKS.rglob("*.md")):
        text = page.read_text()
        for file in re.findall(r"procedures/[\w-]+\.md", text):
            assert (RUNBOOKS / file).is_file(), f"{page.name} refers to {file}"
        for file in re.findall(r"(?<![\w/.-])\w[\w-]*\.md", text):
            assert (page.parent / file).is_file() or (RUNBOOKS / file).is_file(), f"{page.name} refers to {file}"
        products = (
            "Airbyte|Dagster|Datahub|Dbt|Exporter|Extraction|Lake|Metabase|Minio|Odoo|Pod|Pods|Postgres|Trino|Volume"
        )
        for name in re.findall(rf"(?<![\w./])((?:{products})[A-Z][a-z]\w+)(?![\w./])", text):
            assert name in known or name == "PostgreSQL", f"{page.name} refers to {name}"


def test_every_name_that_a_command_uses_exists() -> None:
    known = platform_objects()
    wrong = {f"{command.file}: {name}" for command in COMMANDS for name in wrong_names(command, known)}
    assert not wrong, "\n".join(sorted(wrong))


def test_commands_of_a_diagnosis_only_read() -> None:
    reading = [command for command in COMMANDS if command.section in {"Verify", "Diagnosis", "Recovery check"}]
    changing = [f"{c.file}: {c.text}" for c in reading if c.changes_something and "rollout status" not in c.text]
    assert not changing, "\n".join(changing)


def test_what_destroys_is_marked() -> None:
    words = re.compile(r"(?<!-)\bdelete\b|\bpatch\b|kill_query|pg_terminate|pg_drop|ilm rule add|alter system")
    bare = [f"{c.file}: {c.text}" for c in COMMANDS if words.search(c.text) and not c.is_marked]
    assert not bare, "\n".join(bare)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.query], ids=lambda c: f"{c.file}")
def test_expressions_parse_and_read_metrics_that_exist(command: Command) -> None:
    names = metric_names(str(command.query)) - {"ALERTS"}
    assert names <= known_metrics(), f"unknown: {names - known_metrics()}"


def test_odoo_lake_commands_are_understood_by_the_real_command_line() -> None:
    group = typer.main.get_command(app)
    seen = 0
    for command in COMMANDS:
        inner = command.inner
        if inner[:1] != ["odoo-lake"]:
            continue
        seen += 1
        parser, words = group, inner[1:]
        while hasattr(parser, "commands"):
            assert words[:1], f"{command.file}: {command.text}"
            assert words[0] in parser.commands, f"{command.file}: {command.text}"
            parser, words = parser.commands[words[0]], words[1:]
        try:
            parser.make_context(words[0] if words else "", list(words))
        except typer.Exit:
            assert "--help" in words
    assert seen > 20


@pytest.fixture(scope="module")
def databases(postgres: EmbeddedPostgres) -> dict[str, str]:
    urls = make_product_databases(postgres)
    fill_product_databases(urls)
    return {**urls, "postgres": postgres.url("postgres")}


def test_sql_runs_on_databases_with_the_products_tables(databases: dict[str, str]) -> None:
    failed = []
    for command in COMMANDS:
        if command.sql is None or command.sql[1].startswith("alter system"):
            continue
        database, statement = command.sql
        for name, value in VALUES.items():
            statement = statement.replace(f"${name}", value)
        with psycopg.connect(databases[database]) as connection:
            connection.execute("set transaction read only")
            try:
                connection.execute(statement.encode())
            except psycopg.Error as error:
                if "no_such_slot" not in str(error) and "pg_drop" not in statement:
                    failed.append(f"{command.file}: {error}")
    assert not failed, "\n".join(failed)


def test_trinos_statements_parse() -> None:
    statements = {c.trino for c in COMMANDS if c.trino}
    assert statements
    for statement in statements:
        if not statement.startswith("call "):  # sqlfluff's Trino has no CALL
            sqlfluff.parse(statement + "\n", dialect="trino")
