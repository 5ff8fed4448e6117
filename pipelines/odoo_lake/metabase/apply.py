"""Make Metabase what it should be: found by name, created or changed, and otherwise left alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from odoo_lake.errors import UserError
from odoo_lake.metabase.api import MetabaseApi
from odoo_lake.metabase.boards import BOARDS, Board, Question
from odoo_lake.metabase.config import MetabaseConfig, Secrets
from odoo_lake.product_setup.api import RefusedError
from odoo_lake.product_setup.objects import Action, contains, only_named

ENGINE = "postgres"
PLACE = ("card_id", "row", "col", "size_x", "size_y")


@dataclass(frozen=True)
class Outcome:
    """What was done to one object."""

    kind: str
    name: str
    action: Action


@dataclass(frozen=True)
class _Kept:
    """An object that Metabase has, and what was done to it."""

    id: int
    action: Action


def apply(config: MetabaseConfig, secrets: Secrets) -> Iterator[Outcome]:
    """Administrator, database, then each domain's collection, questions and dashboard.

    Raises UserError and leaves what came before as it is; a repeated run continues there.
    """
    api = MetabaseApi(config, secrets)
    made = Action.CREATED if api.made_administrator else Action.UNCHANGED
    yield Outcome("administrator", config.admin.email, made)
    database = _database(api, config, secrets)
    yield Outcome("database", config.database.name, database.action)
    collections = api.get("collection")
    for board in BOARDS:
        yield from _board(api, board, database.id, collections)


def _named(objects: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any] | None:
    return only_named(objects, "Metabase", kind, name, remedy="Rename or delete")


def _database(api: MetabaseApi, config: MetabaseConfig, secrets: Secrets) -> _Kept:
    wanted = _database_body(config, secrets)
    found = _named(api.get("database")["data"], "database", config.database.name)
    try:
        if found is None:
            return _Kept(api.create("database", wanted)["id"], Action.CREATED)
        details = {key: value for key, value in wanted["details"].items() if key != "password"}
        present = api.get(f"database/{found['id']}")
        differs = present["engine"] != ENGINE or not contains(present.get("details") or {}, details)
        if differs or config.secret_generation > 1:
            return _Kept(api.change(f"database/{found['id']}", wanted)["id"], Action.CHANGED)
    except RefusedError as error:
        raise UserError(
            f"Metabase can't reach the copy of gold: {error.reason}.",
            "No dashboard was touched.",
            f"Check that PostgreSQL runs, and the password in secret {config.database.secret}.",
        ) from None
    return _Kept(found["id"], Action.UNCHANGED)


def _database_body(config: MetabaseConfig, secrets: Secrets) -> dict[str, Any]:
    gold = config.database
    return {
        "name": gold.name,
        "engine": ENGINE,
        "details": {
            "host": gold.host,
            "port": gold.port,
            "dbname": gold.database,
            "user": gold.username,
            "password": secrets.gold_password.get_secret_value(),
            "ssl": True,
            "ssl-mode": "require",
            "schema-filters-type": "inclusion",
            "schema-filters-patterns": gold.schema_,
        },
    }


def _board(api: MetabaseApi, board: Board, database: int, collections: list[dict[str, Any]]) -> Iterator[Outcome]:
    # A personal collection may bear any name.
    shared = [one for one in collections if one.get("personal_owner_id") is None and not one.get("archived")]
    found = _named(shared, "collection", board.name)
    if found is None:
        made = api.create("collection", {"name": board.name, "description": board.description})
        collection = _Kept(made["id"], Action.CREATED)
    elif found.get("description") != board.description:
        api.change(f"collection/{found['id']}", {"description": board.description})
        collection = _Kept(found["id"], Action.CHANGED)
    else:
        collection = _Kept(found["id"], Action.UNCHANGED)
    yield Outcome("collection", board.name, collection.action)
    items = api.get(f"collection/{collection.id}/items")["data"]
    cards = [one for one in items if one["model"] == "card"]
    placed = []
    for position, question in enumerate(board.questions):
        card = _card(api, question, _named(cards, "question", question.name), database, collection.id)
        yield Outcome("question", f"{board.name} / {question.name}", card.action)
        placed.append({"card_id": card.id, **board.place(position)})
    dashboards = [one for one in items if one["model"] == "dashboard"]
    kept = _dashboard(api, board, _named(dashboards, "dashboard", board.name), placed, collection.id)
    yield Outcome("dashboard", board.name, kept.action)


def _card(
    api: MetabaseApi, question: Question, found: Mapping[str, Any] | None, database: int, collection: int
) -> _Kept:
    wanted = {
        "name": question.name,
        "description": question.description,
        "display": question.display,
        "visualization_settings": dict(question.settings),
        "collection_id": collection,
    }
    query = {"type": "native", "database": database, "native": {"query": question.sql}}
    if found is None:
        return _Kept(api.create("card", {**wanted, "dataset_query": query})["id"], Action.CREATED)
    present = api.get(f"card/{found['id']}")
    if contains(present, wanted) and _native(present["dataset_query"]) == (database, question.sql):
        return _Kept(found["id"], Action.UNCHANGED)
    api.change(f"card/{found['id']}", {**wanted, "dataset_query": query})
    return _Kept(found["id"], Action.CHANGED)


def _native(query: Mapping[str, Any]) -> tuple[Any, Any]:
    """Database and SQL of a stored query, which Metabase shows in its newer form or as it was sent."""
    if "stages" in query:
        return query.get("database"), query["stages"][0].get("native")
    return query.get("database"), (query.get("native") or {}).get("query")


def _dashboard(
    api: MetabaseApi, board: Board, found: Mapping[str, Any] | None, placed: list[dict[str, int]], collection: int
) -> _Kept:
    if found is None:
        body = {"name": board.name, "description": board.description, "collection_id": collection}
        identity, action = int(api.create("dashboard", body)["id"]), Action.CREATED
        present: Mapping[str, Any] = {"dashcards": []}
    else:
        identity, action = int(found["id"]), Action.UNCHANGED
        present = api.get(f"dashboard/{identity}")
    changes: dict[str, Any] = {}
    if action is Action.UNCHANGED and present.get("description") != board.description:
        changes["description"] = board.description
    if _places(present["dashcards"]) != _places(placed):
        # Negative ids are new cards; those that are not named go.
        changes["dashcards"] = [{"id": -number, **place} for number, place in enumerate(placed, start=1)]
    if not changes:
        return _Kept(identity, action)
    api.change(f"dashboard/{identity}", changes)
    return _Kept(identity, Action.CREATED if action is Action.CREATED else Action.CHANGED)


def _places(cards: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(tuple(card[key] for key in PLACE) for card in cards)
