"""Applying Metabase's objects: made once, put right when they drift, and never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from odoo_lake.metabase.boards import BOARDS, COLUMNS
from odoo_lake.product_setup import api
from tests.metabase import server as double
from tests.product_setup import Apply, RefusalError, apply_command

ADMIN_PASSWORD = "the-admin-password"
VARIABLES = {"METABASE_ADMIN_PASSWORD": ADMIN_PASSWORD, "GOLD_PASSWORD": double.GOLD_PASSWORD}
FIRST = [("POST", "setup"), ("POST", "database")]
for _board in BOARDS:
    FIRST += [("POST", "collection"), *[("POST", "card")] * len(_board.questions)]
    FIRST += [("POST", "dashboard"), ("PUT", "dashboard")]


@pytest.fixture
def metabase() -> Iterator[double.MetabaseServer]:
    with double.running() as server:
        yield server


@pytest.fixture
def configuration(metabase: double.MetabaseServer) -> dict[str, Any]:
    return {
        "url": metabase.url,
        "admin": {"email": "admin@lakehouse.example", "secret": "metabase-admin"},
        "database": {
            "host": "postgres-rw.lake-postgres.svc.cluster.local",
            "port": 5432,
            "database": "gold",
            "username": "gold_reader",
            "secret": "postgres-gold-reader",
        },
    }


@pytest.fixture
def apply(
    configuration: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Apply:
    return apply_command("metabase", configuration, VARIABLES, tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("shows_stages", [True, False])
def test_first_run_creates_and_second_changes_nothing(
    metabase: double.MetabaseServer, apply: Apply, *, shows_stages: bool
) -> None:
    metabase.shows_stages = shows_stages
    first = apply()
    assert first.returncode == 0, first.stderr
    assert metabase.writes == FIRST
    second = apply()
    assert second.returncode == 0, second.stderr
    assert metabase.writes == FIRST
    assert "created" not in second.stdout
    assert second.stdout.count("unchanged") == first.stdout.count("created")


def test_the_database_is_the_copy_of_gold_and_nothing_else(metabase: double.MetabaseServer, apply: Apply) -> None:
    assert apply().returncode == 0
    details = metabase.named("database", "Odoo gold")["details"]
    assert (details["user"], details["dbname"], details["ssl-mode"]) == ("gold_reader", "gold", "require")
    assert (details["schema-filters-type"], details["schema-filters-patterns"]) == ("inclusion", "gold")


def test_every_domain_has_a_dashboard_with_all_its_questions(metabase: double.MetabaseServer, apply: Apply) -> None:
    assert apply().returncode == 0
    database = metabase.named("database", "Odoo gold")["id"]
    for board in BOARDS:
        collection = metabase.named("collection", board.name)["id"]
        dashboard = metabase.named("dashboard", board.name)
        assert dashboard["collection_id"] == collection
        shown = [metabase.objects["card"][card["card_id"]] for card in dashboard["dashcards"]]
        assert [card["name"] for card in shown] == [question.name for question in board.questions]
        assert {card["dataset_query"]["database"] for card in shown} == {database}
        taken: set[tuple[int, int]] = set()
        for card in dashboard["dashcards"]:
            right, bottom = card["col"] + card["size_x"], card["row"] + card["size_y"]
            cells = {(x, y) for x in range(card["col"], right) for y in range(card["row"], bottom)}
            assert right <= COLUMNS
            assert not cells & taken, f"{board.name}: cards overlap"
            taken |= cells


def _move(row: dict[str, Any]) -> None:
    row["dashcards"][0]["col"] = 6


DRIFTS: list[tuple[str, str, Callable[[dict[str, Any]], None]]] = [
    ("database", "Odoo gold", lambda row: row["details"].update(host="elsewhere")),
    ("database", "Odoo gold", lambda row: row["details"].update(user="publisher")),
    ("collection", "Finance", lambda row: row.update(description="mine")),
    ("card", "Cash by day", lambda row: row["dataset_query"]["native"].update(query="select 1")),
    ("card", "Cash by day", lambda row: row.update(display="table")),
    ("card", "Cash by day", lambda row: row["visualization_settings"].update({"graph.metrics": ["date"]})),
    ("dashboard", "Sales", lambda row: row.update(description="mine")),
    ("dashboard", "Sales", lambda row: row["dashcards"].pop()),
    ("dashboard", "Sales", _move),
]


@pytest.mark.parametrize(("kind", "name", "drift"), DRIFTS)
def test_drift_is_put_right(
    metabase: double.MetabaseServer, apply: Apply, kind: str, name: str, drift: Callable[[dict[str, Any]], None]
) -> None:
    assert apply().returncode == 0
    before = yaml.safe_dump(metabase.named(kind, name))
    drift(metabase.named(kind, name))
    assert yaml.safe_dump(metabase.named(kind, name)) != before
    metabase.writes.clear()
    assert apply().returncode == 0
    assert metabase.writes == [("PUT", kind)]
    assert yaml.safe_dump(metabase.named(kind, name)) == before


def test_what_was_put_into_the_bin_is_made_anew(metabase: double.MetabaseServer, apply: Apply) -> None:
    assert apply().returncode == 0
    metabase.named("dashboard", "Sales")["archived"] = True
    metabase.writes.clear()
    assert apply().returncode == 0
    assert metabase.writes == [("POST", "dashboard"), ("PUT", "dashboard")]


@pytest.mark.parametrize("kind", ["database", "collection", "card", "dashboard"])
def test_half_failed_run_is_continued(metabase: double.MetabaseServer, apply: Apply, kind: str) -> None:
    metabase.refuse = lambda _, refused: "disk full" if refused == kind else None
    failed = apply()
    assert failed.returncode == 2
    assert "disk full" in failed.stderr
    assert "Traceback" not in failed.stderr
    metabase.refuse = lambda method, refused: None
    assert apply().returncode == 0
    assert metabase.writes == FIRST


def test_a_dashboard_that_was_left_without_cards_gets_them(metabase: double.MetabaseServer, apply: Apply) -> None:
    metabase.refuse = lambda method, kind: "disk full" if (method, kind) == ("PUT", "dashboard") else None
    assert apply().returncode == 2
    metabase.refuse = lambda method, kind: None
    assert apply().returncode == 0
    assert metabase.writes == FIRST


def test_wrong_password_of_gold_names_its_secret(metabase: double.MetabaseServer, apply: Apply) -> None:
    failed = apply(GOLD_PASSWORD="not-it")
    assert failed.returncode == 2
    assert "postgres-gold-reader" in failed.stderr
    assert not metabase.objects["card"]


def test_wrong_password_of_the_administrator_names_its_secret(metabase: double.MetabaseServer, apply: Apply) -> None:
    assert apply().returncode == 0
    metabase.writes.clear()
    failed = apply(METABASE_ADMIN_PASSWORD="another-password")
    assert failed.returncode == 2
    assert "metabase-admin" in failed.stderr
    assert not metabase.writes


def test_raised_generation_writes_the_password_again(
    metabase: double.MetabaseServer, apply: Apply, configuration: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert apply().returncode == 0
    metabase.writes.clear()
    configuration["secretGeneration"] = 2
    monkeypatch.setattr(double, "GOLD_PASSWORD", "a-new-password")
    assert apply(GOLD_PASSWORD="a-new-password").returncode == 0
    assert metabase.writes == [("PUT", "database")]
    assert metabase.named("database", "Odoo gold")["details"]["password"] == "a-new-password"


def test_two_of_a_name_are_an_error(metabase: double.MetabaseServer, apply: Apply) -> None:
    assert apply().returncode == 0
    own = metabase.named("dashboard", "Sales")
    metabase.objects["dashboard"][999] = {**own, "id": 999}
    failed = apply()
    assert failed.returncode == 2
    assert "2 dashboards named Sales" in failed.stderr


def test_no_output_holds_a_secret(metabase: double.MetabaseServer, apply: Apply) -> None:
    answers = [apply(), apply(), apply(METABASE_ADMIN_PASSWORD="another-password")]
    answers.append(apply(GOLD_PASSWORD="not-the-password"))
    printed = "".join(answer.stdout + answer.stderr for answer in answers)
    assert "unchanged" in printed
    for secret in (ADMIN_PASSWORD, double.GOLD_PASSWORD, "another-password", "not-the-password", double.SESSION):
        assert secret not in printed


def test_unset_variable_is_named(apply: Apply) -> None:
    failed = apply(GOLD_PASSWORD="")
    assert failed.returncode == 2
    assert "GOLD_PASSWORD is not set" in failed.stderr


def test_wrong_configuration_names_the_key(apply: Apply, configuration: dict[str, Any]) -> None:
    configuration["database"]["portt"] = 1
    failed = apply()
    assert failed.returncode == 2
    assert "database.portt" in failed.stderr


def test_a_server_that_is_not_there_is_one_message(
    apply: Apply, configuration: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "RETRIES", 0)
    configuration["url"] = "http://127.0.0.1:1"
    failed = apply()
    assert failed.returncode == 2
    assert "does not answer" in failed.stderr


def test_double_refuses_fields_that_the_api_does_not_have() -> None:
    server = double.MetabaseServer()
    with pytest.raises(RefusalError) as refusal:
        server.handle("POST", "dashboard", {"name": "x", "colour": "red"}, double.SESSION)
    assert "colour" in str(refusal.value.body)
