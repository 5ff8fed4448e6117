"""An HTTP double of Airbyte's public API, for a server that no package registry has.

It keeps what it is sent, adds defaults and hides secrets as Airbyte does, and refuses any field that the published API
(the models of PyPI's airbyte-api) does not know.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from airbyte_api import models
from airbyte_api.api import ListJobsRequest
from pydantic import BaseModel, ValidationError

from tests.product_setup import Call, RefusalError, serving

PREFIX = "/api/public/v1/"
CLIENT_ID = "the-client"
CLIENT_SECRET = "the-client-secret"
PASSWORD = "the-odoo-password"
HIDDEN = "**********"
SECRETS = {"password", "access_key_id", "secret_access_key", "ca_certificate"}
CONFIGURATIONS: dict[str, type[BaseModel]] = {
    "postgres": models.SourcePostgres,
    "s3": models.DestinationS3,
}
REQUESTS: dict[tuple[str, str], type[BaseModel]] = {
    ("POST", "sources"): models.SourceCreateRequest,
    ("PATCH", "sources"): models.SourcePatchRequest,
    ("POST", "destinations"): models.DestinationCreateRequest,
    ("PATCH", "destinations"): models.DestinationPatchRequest,
    ("POST", "connections"): models.ConnectionCreateRequest,
    ("PATCH", "connections"): models.ConnectionPatchRequest,
}


def _refusal(status: int, detail: str) -> RefusalError:
    return RefusalError(status, {"title": "refused", "detail": detail})


@dataclass
class AirbyteServer:
    """The state; tests read it and break it."""

    url: str = ""
    objects: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {"sources": {}, "destinations": {}, "connections": {}}
    )
    tables: dict[str, list[str]] = field(default_factory=dict)
    """Table to columns, as a discovery finds them."""
    writes: list[tuple[str, str]] = field(default_factory=list)
    refuse: Callable[[str, str], str | None] = lambda method, kind: None
    own_sizes: Mapping[str, str] | None = None
    """What a connector takes whatever it is told."""
    jobs: list[dict[str, Any]] = field(default_factory=list)
    """Of all connections, oldest first."""

    def job(self, connection: str, status: str, kind: str = "sync") -> int:
        """Let a connection, by its id, have had a job; gives the job's id."""
        answer = models.JobResponse(
            connection_id=connection,
            job_id=len(self.jobs) + 1,
            job_type=models.JobTypeEnum(kind),
            start_time="2026-11-22T02:00:00Z",
            status=models.JobStatusEnum(status),
        )
        self.jobs.append(answer.model_dump(by_alias=True, mode="json"))
        return len(self.jobs)

    def only(self, kind: str) -> dict[str, Any]:
        [one] = self.objects[kind].values()
        return one

    def handle(self, method: str, path: str, query: Mapping[str, str], body: dict[str, Any]) -> Any:
        kind, _, name = path.partition("/")
        if (method, path) == ("POST", "applications/token"):
            if (body["client_id"], body["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
                raise _refusal(401, "Unauthorized")
            return {"access_token": "a-token", "token_type": "Bearer", "expires_in": 180}
        if path == "workspaces":
            return {"data": [{"workspaceId": "w-1", "name": "Default"}]}
        if path == "streams":
            return self._streams(query)
        if (method, path) == ("GET", "jobs"):
            return {"data": self._jobs(query)}
        if method == "GET":
            rows = list(self.objects[kind].values())[int(query["offset"]) :][: int(query["limit"])]
            return {"data": [_shown(row) for row in rows]}
        if reason := self.refuse(method, kind):
            raise _refusal(500, reason)
        self.writes.append((method, kind))
        return _shown(self._write(method, kind, name, body))

    def _write(self, method: str, kind: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        _check(REQUESTS[method, kind], body)
        if configuration := body.get("configuration"):
            _check(CONFIGURATIONS[configuration.get("sourceType") or configuration["destinationType"]], configuration)
        key = f"{kind[:-1]}Id"
        identity = name or str(uuid.uuid4())
        row = self.objects[kind].setdefault(identity, {key: identity, "createdAt": 1, "workspaceId": "w-1"})
        row.update(body)
        if kind == "connections":
            row.setdefault("tags", [])
        else:
            row["configuration"] = {"jdbc_url_params": "", **row["configuration"]}
            if self.own_sizes:
                row["resourceAllocation"]["default"] |= self.own_sizes
        return row

    def _jobs(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        _check(ListJobsRequest, query)
        asked = ListJobsRequest.model_validate(query)
        order = re.fullmatch(r"(createdAt|updatedAt)\|(ASC|DESC)", asked.order_by or "createdAt|ASC")
        if order is None:
            raise _refusal(400, f"Invalid order by clause provided: {asked.order_by}")
        rows = [
            job
            for job in (self.jobs if order[2] == "ASC" else reversed(self.jobs))
            if asked.connection_id in (None, job["connectionId"])
            and (asked.status is None or asked.status.value == job["status"])
            and (asked.job_type is None or asked.job_type.value == job["jobType"])
        ]
        start = asked.offset or 0
        return rows[start : start + (asked.limit or 0)]

    def _streams(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        if self.objects["sources"][query["sourceId"]]["configuration"]["password"] != PASSWORD:
            raise _refusal(500, 'FATAL: password authentication failed for user "odoo_lake"')
        return [
            {
                "streamName": table,
                "streamnamespace": "public",
                "syncModes": ["full_refresh_overwrite", "full_refresh_append", "incremental_append"],
                "propertyFields": [[column] for column in columns],
            }
            for table, columns in self.tables.items()
        ]


def _check(model: type[BaseModel], body: Mapping[str, Any]) -> None:
    try:
        understood = model.model_validate(body).model_dump(by_alias=True, mode="json")
    except ValidationError as error:
        raise _refusal(422, str(error)) from None
    if unknown := list(_unknown(body, understood, "")):
        raise _refusal(422, f"{model.__name__} has no {', '.join(unknown)}")


def _unknown(body: Any, understood: Any, path: str) -> Iterator[str]:
    if path == ".configuration":
        # Checked against the connector's own model.
        return
    if isinstance(body, Mapping):
        for key, value in body.items():
            if key not in understood:
                yield f"{path}.{key}"
            else:
                yield from _unknown(value, understood[key], f"{path}.{key}")
    elif isinstance(body, list):
        for one, other in zip(body, understood, strict=True):
            yield from _unknown(one, other, f"{path}[]")


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    if "configuration" not in row:
        return dict(row)
    return {**row, "configuration": _hidden(row["configuration"])}


def _hidden(configuration: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: HIDDEN if key in SECRETS else _hidden(value) if isinstance(value, Mapping) else value
        for key, value in configuration.items()
    }


@contextmanager
def running() -> Iterator[AirbyteServer]:
    """Serve on loopback until the block ends."""
    state = AirbyteServer()

    def answer(call: Call) -> Any:
        path = call.path.removeprefix(PREFIX)
        if path != "applications/token" and call.headers.get("Authorization") != "Bearer a-token":
            raise _refusal(401, "no token")
        return state.handle(call.method, path, call.query, call.body)

    with serving(answer) as address:
        state.url = address + PREFIX.rstrip("/")
        yield state
