"""What a contract keeps inside the database never leaves it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from odoo_lake.contracts.model import Privacy
from odoo_lake.errors import UserError
from odoo_lake.extract.request import Request
from odoo_lake.extract.run import Outcome, extract
from odoo_lake.lake.location import Lake
from odoo_lake.progress import Silent
from odoo_lake.source.connection import Source
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.source.grants import grant_statements
from odoo_lake.source.projection import hmac_key_settings
from odoo_lake.workspace import Workspace
from tests.extract.tiny_odoo import TinyOdoo
from tests.lake_search import files_with

Run = Callable[..., Outcome]
Newest = Callable[..., list[tuple[Any, ...]]]
KEY = "a key that is longer than the sixty-four bytes of one block of SHA-256, so it is hashed first"
CANARIES = ("CANARY-never-extract", "CANARY-drop", "canary-hash", "+32 ")


@pytest.mark.parametrize("key", [KEY, "short", "ключ"])
def test_a_hashed_column_is_the_hmac_of_its_value(run: Run, newest: Newest, key: str) -> None:
    run(hash_key=key)
    emails: dict[int, str] = dict(newest("res_partner", "id, email"))
    expected = hmac.new(key.encode(), b"canary-hash-7@example.com", hashlib.sha256).hexdigest()
    assert emails[7] == expected
    assert len(set(emails.values())) == 40


def test_hashes_are_stable_and_nulls_stay_null(run: Run, odoo: TinyOdoo, newest: Newest) -> None:
    odoo.execute("update res_partner set email = null where id = 1; update res_partner set email = '' where id = 2")
    run(hash_key=KEY)
    before = newest("res_partner", "id, email")
    odoo.execute("update res_partner set write_date = now()")
    run(hash_key=KEY)
    assert newest("res_partner", "id, email") == before
    emails: dict[int, str | None] = dict(before)
    assert emails[1] is None
    assert emails[2] == hmac.new(KEY.encode(), b"", hashlib.sha256).hexdigest()


def test_another_key_is_refused_until_everything_is_to_be_hashed_anew(
    run: Run, workspace: Workspace, lake: Lake, newest: Newest
) -> None:
    run(hash_key=KEY)
    run(hash_key=KEY, rehash="2")
    commits = lake.layer("bronze").list("odoo/_commits")
    for met in ("", "2"):
        with pytest.raises(UserError, match="The key of hashed columns is not the one that run"):
            run(hash_key="another", rehash=met)
    assert lake.layer("bronze").list("odoo/_commits") == commits

    for key, options in (
        ("by request", {"rehash": "3"}),
        ("by --full", {"compare_tables": frozenset(workspace.catalogue)}),
    ):
        run(hash_key=key, **options)
        hashes: dict[int, str] = dict(newest("res_partner", "id, email"))
        assert hashes == {
            number: hmac.new(key.encode(), f"canary-hash-{number}@example.com".encode(), hashlib.sha256).hexdigest()
            for number in hashes
        }
    run(hash_key="by --full", rehash="3")


def test_no_planted_value_is_anywhere_in_the_lake(run: Run, lake: Lake, newest: Newest) -> None:
    run(hash_key=KEY)
    assert files_with(Path(lake.root), (*CANARIES, KEY, *hmac_key_settings(KEY).values())) == {}
    assert len(newest("res_partner", "id")) == 40


def test_without_a_key_hashed_columns_are_left_out(run: Run, lake: Lake) -> None:
    outcome = run()
    assert "email" not in outcome.commit.tables["res_partner"].columns
    assert files_with(Path(lake.root), CANARIES) == {}


def test_the_search_finds_a_leak(workspace: Workspace, odoo: TinyOdoo, lake: Lake) -> None:
    leaking = workspace.catalogue.with_privacy({"res_partner.comment": Privacy.KEEP, "res_partner.email": Privacy.KEEP})
    settings = workspace.settings.extraction
    source = Source(odoo.url, settings)
    extract(Request(source=source, lake=lake, catalogue=leaking, settings=settings), Silent())
    assert set(files_with(Path(lake.root), CANARIES)) == {"canary-drop", "canary-hash"}


def test_the_key_is_in_no_statement(run: Run, odoo: TinyOdoo, postgres: EmbeddedPostgres) -> None:
    log = postgres.data_directory / "log"
    start = log.stat().st_size
    run(url=f"{odoo.url}&options=-c%20log_statement%3Dall", hash_key=KEY)
    with log.open() as file:
        file.seek(start)
        lines = file.read().splitlines()
    # Servers that log statements log their parameters on lines of their own, as the server's owner chose.
    statements = [line for line in lines if "DETAIL:" not in line]
    assert any("set_config" in line for line in statements)
    secrets = (KEY, *hmac_key_settings(KEY).values())
    assert [line for line in statements if any(secret in line for secret in secrets)] == []


def test_the_printed_login_reads_all_that_is_needed_and_no_secret(
    workspace: Workspace, run: Run, odoo: TinyOdoo, postgres: EmbeddedPostgres
) -> None:
    role = f"reader_{odoo.name}"
    outcome = run()
    statements = grant_statements(workspace.catalogue, outcome.database, odoo.name, role)
    for statement in [*statements, *statements]:
        odoo.execute(statement)
    url = postgres.url(odoo.name, role)
    run(url=url, hash_key=KEY)
    readable = odoo.rows(
        "select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        f" where c.relnamespace = 'public'::regnamespace and has_column_privilege('{role}', c.oid, a.attnum, 'select')"
    )
    names = {name for (name,) in readable}
    assert "res_partner.email" in names
    assert names.isdisjoint({"res_partner.signup_token", "account_move.access_token", "res_partner.comment"})
    assert odoo.rows(f"select has_table_privilege('{role}', 'account_move', 'insert, update, delete')") == [(False,)]


@pytest.mark.parametrize("path", ["res_partner.nothing", "nothing.email", "res_partner.id"])
def test_a_decision_for_no_sensitive_column_is_refused(workspace: Workspace, path: str) -> None:
    with pytest.raises(UserError, match=path):
        workspace.catalogue.with_privacy({path: Privacy.KEEP})
