"""An HTTP double of Metabase's API, for a server that no package registry has.

It keeps what it is sent, adds defaults and hides passwords as Metabase does, shows queries in the form of its newer
versions, and refuses any field that the published API reference (metabase.com/docs/latest/api) does not name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tests.product_setup import Call, RefusalError, serving

TOKEN, SESSION = "the-setup-token", "the-session"
GOLD_PASSWORD = "the-gold-password"
HIDDEN = "**MetabasePass**"


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class User(_Request):
    email: str
    password: str = Field(min_length=6)
    first_name: str | None = None
    last_name: str | None = None


class Preferences(_Request):
    site_name: str = Field(min_length=1)
    site_locale: str | None = None
    allow_tracking: bool | None = None


class Setup(_Request):
    token: str
    user: User
    prefs: Preferences


class Login(_Request):
    username: str
    password: str


class PostgresDetails(BaseModel):
    """The fields of the PostgreSQL driver's connection form."""

    model_config = ConfigDict(extra="forbid", strict=True)

    host: str
    port: int
    dbname: str
    user: str
    password: str
    ssl: bool
    ssl_mode: Literal["allow", "prefer", "require", "verify-ca", "verify-full"] = Field(alias="ssl-mode")
    schema_filters_type: Literal["all", "inclusion", "exclusion"] = Field(alias="schema-filters-type")
    schema_filters_patterns: str = Field(alias="schema-filters-patterns")


class Database(_Request):
    name: str = Field(min_length=1)
    engine: Literal["postgres"]
    details: PostgresDetails
    is_full_sync: bool | None = None
    is_on_demand: bool | None = None
    auto_run_queries: bool | None = None


class Collection(_Request):
    name: str | None = None
    description: str | None = None
    parent_id: int | None = None
    archived: bool | None = None


class NativeQuery(_Request):
    query: str


class DatasetQuery(_Request):
    type: Literal["native"]
    database: int
    native: NativeQuery


class Card(_Request):
    name: str = Field(min_length=1)
    type: Literal["question", "metric", "model"] | None = None
    description: str | None = None
    display: Literal["table", "line", "bar", "area", "row", "pie", "scalar", "combo"]
    visualization_settings: dict[str, Any]
    dataset_query: DatasetQuery
    collection_id: int | None = None


class DashboardCreate(_Request):
    name: str = Field(min_length=1)
    description: str | None = None
    parameters: list[Any] | None = None
    collection_id: int | None = None


class DashCard(_Request):
    id: int
    card_id: int
    row: int = Field(ge=0)
    col: int = Field(ge=0, le=23)
    size_x: int = Field(ge=1, le=24)
    size_y: int = Field(ge=1)


class DashboardUpdate(_Request):
    name: str | None = None
    description: str | None = None
    archived: bool | None = None
    dashcards: list[DashCard] | None = None


REQUESTS: dict[tuple[str, str], type[BaseModel]] = {
    ("POST", "setup"): Setup,
    ("POST", "session"): Login,
    ("POST", "database"): Database,
    ("PUT", "database"): Database,
    ("POST", "collection"): Collection,
    ("PUT", "collection"): Collection,
    ("POST", "card"): Card,
    ("PUT", "card"): Card,
    ("POST", "dashboard"): DashboardCreate,
    ("PUT", "dashboard"): DashboardUpdate,
}


@dataclass
class MetabaseServer:
    """The state; tests read it and break it."""

    url: str = ""
    administrator: tuple[str, str] | None = None
    objects: dict[str, dict[int, dict[str, Any]]] = field(
        default_factory=lambda: {"database": {}, "collection": {}, "card": {}, "dashboard": {}}
    )
    writes: list[tuple[str, str]] = field(default_factory=list)
    refuse: Callable[[str, str], str | None] = lambda method, kind: None
    shows_stages: bool = True
    """Whether stored queries are shown in the form of version 0.57 and newer."""
    numbers: int = 0

    def named(self, kind: str, name: str) -> dict[str, Any]:
        [one] = [row for row in self.objects[kind].values() if row["name"] == name]
        return one

    def handle(self, method: str, path: str, body: dict[str, Any], session: str | None) -> Any:
        kind, _, rest = path.partition("/")
        if path == "session/properties":
            token = None if self.administrator else TOKEN
            return {"has-user-setup": self.administrator is not None, "setup-token": token}
        if method in {"POST", "PUT"}:
            _check(REQUESTS[method, kind], body)
        if path in {"setup", "session"}:
            return self._enter(path, body)
        if session != SESSION:
            raise RefusalError(401, "Unauthenticated")
        if method == "GET":
            return self._read(kind, rest)
        if reason := self.refuse(method, kind):
            raise RefusalError(500, {"message": reason})
        self.writes.append((method, kind))
        return self._shown(kind, self._write(kind, rest, body))

    def _enter(self, path: str, body: dict[str, Any]) -> dict[str, str]:
        if path == "setup":
            if self.administrator or body["token"] != TOKEN:
                raise RefusalError(403, "The /api/setup route can only be used to create the first user")
            self.administrator = (body["user"]["email"], body["user"]["password"])
            self.writes.append(("POST", "setup"))
        elif self.administrator != (body["username"], body["password"]):
            raise RefusalError(401, {"errors": {"password": "did not match stored password"}})
        return {"id": SESSION}

    def _read(self, kind: str, rest: str) -> Any:
        number, _, below = rest.partition("/")
        if below == "items":
            return {
                "data": [
                    {**row, "model": model} for model in ("card", "dashboard") for row in self._in(model, int(number))
                ]
            }
        if number:
            return self._shown(kind, self.objects[kind][int(number)])
        rows = [self._shown(kind, row) for row in self.objects[kind].values()]
        if kind == "collection":
            return [{"id": "root", "name": "Our analytics"}, {"id": 1, "name": "Sales", "personal_owner_id": 7}, *rows]
        return {"data": rows, "total": len(rows)}

    def _in(self, model: str, collection: int) -> list[dict[str, Any]]:
        rows = self.objects[model].values()
        return [
            {"id": row["id"], "name": row["name"]}
            for row in rows
            if row.get("collection_id") == collection and not row.get("archived")
        ]

    def _write(self, kind: str, rest: str, body: dict[str, Any]) -> dict[str, Any]:
        if kind == "database" and body["details"]["password"] != GOLD_PASSWORD:
            # As Metabase tries a connection before it keeps one.
            raise RefusalError(400, {"errors": {"password": "Looks like your password is incorrect"}})
        self.numbers += 1
        number = int(rest) if rest else 100 + self.numbers
        row = self.objects[kind].setdefault(number, {"id": number, "archived": False, "dashcards": []})
        dashcards = body.pop("dashcards", None)
        row.update(body)
        if dashcards is not None:
            row["dashcards"] = [{**card, "id": 1000 + position} for position, card in enumerate(dashcards)]
        return row

    def _shown(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        shown = {"created_at": "2026-01-01T00:00:00Z", **row}
        if kind == "database":
            shown["details"] = {"let-user-control-scheduling": False, **row["details"], "password": HIDDEN}
        if kind == "card" and self.shows_stages:
            sent = row["dataset_query"]
            stage = {"lib/type": "mbql.stage/native", "native": sent["native"]["query"]}
            shown["dataset_query"] = {"lib/type": "mbql/query", "database": sent["database"], "stages": [stage]}
        return shown


def _check(model: type[BaseModel], body: Mapping[str, Any]) -> None:
    try:
        model.model_validate(body)
    except ValidationError as error:
        raise RefusalError(400, {"errors": {".".join(map(str, e["loc"])): e["msg"] for e in error.errors()}}) from None


@contextmanager
def running() -> Iterator[MetabaseServer]:
    """Serve on loopback until the block ends."""
    state = MetabaseServer()

    def answer(call: Call) -> Any:
        session = call.headers.get("X-Metabase-Session")
        return state.handle(call.method, call.path.removeprefix("/api/"), call.body, session)

    with serving(answer) as state.url:
        yield state
