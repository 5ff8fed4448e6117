"""MinIO's audit entries of requests, as its audit webhook posts them, and how many of them there were."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from sqlalchemy import Engine, insert

from odoo_lake.query_log.events import MalformedEventError
from odoo_lake.record.tables import ObjectAccess

# What nobody but the pipeline and the backup has a reason to touch: rows as Odoo has them, and all databases.
WATCHED = frozenset({"odoo-lake-bronze", "odoo-lake-backup"})
ANONYMOUS = "anonymous"
# What the store does by itself, such as deleting what has expired.
STORE = "object-store"
INCOMING = "incoming"
TOLD_METRIC, UNWRITTEN_METRIC = "odoo_lake_object_log_requests_total", "odoo_lake_object_log_unwritten_requests"
REFUSED = frozenset({401, 403})


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class _Call(_Part):
    name: str = ""
    bucket: str = ""
    status_code: int = 0


class Request(_Part):
    """One request; its object, headers and address are not read."""

    time: datetime
    trigger: str = ""
    api: _Call = _Call()
    access_key: str = ""
    parent_user: str = ""

    @property
    def is_incoming(self) -> bool:
        """Whether somebody asked for it, as opposed to the store itself."""
        return self.trigger == INCOMING

    @property
    def user(self) -> str:
        """The identity; a key that was made for it for a while says whose it is."""
        return (self.parent_user or self.access_key or ANONYMOUS) if self.is_incoming else STORE


def parse_requests(body: bytes) -> list[Request]:
    """The entries of one post, which stand one after the other; raises MalformedEventError."""
    try:
        return [Request.model_validate(entry) for entry in _documents(body.decode())]
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MalformedEventError(f"{where}: {first['msg']}") from error
    except ValueError as error:
        raise MalformedEventError(str(error)) from error


def _documents(text: str) -> Iterator[object]:
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        else:
            document, at = decoder.raw_decode(text, at)
            yield document


@dataclass(frozen=True)
class Accesses:
    """Requests of one user on one bucket, of one kind."""

    first_at: datetime
    last_at: datetime
    requests: int = 0
    refusals: int = 0

    def with_one(self, request: Request) -> Accesses:
        return Accesses(
            first_at=min(self.first_at, request.time),
            last_at=max(self.last_at, request.time),
            requests=self.requests + 1,
            refusals=self.refusals + (request.api.status_code in REFUSED),
        )

    def with_all(self, other: Accesses) -> Accesses:
        return Accesses(
            first_at=min(self.first_at, other.first_at),
            last_at=max(self.last_at, other.last_at),
            requests=self.requests + other.requests,
            refusals=self.refusals + other.refusals,
        )


Key = tuple[str, str, str]
"""Bucket, user and action."""


@dataclass
class Ledger:
    """Adds requests up in memory: a build makes thousands, and one row says as much."""

    _open: dict[Key, Accesses] = field(default_factory=dict)
    _told: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, requests: list[Request]) -> None:
        with self._lock:
            for request in requests:
                self._told += request.is_incoming
                if request.api.bucket in WATCHED:
                    key = (request.api.bucket, request.user, request.api.name)
                    known = self._open.get(key, Accesses(request.time, request.time))
                    self._open[key] = known.with_one(request)

    def write(self, record: Engine) -> int:
        """Write what has been added up, as one row per bucket, user and action; what can't be written is kept."""
        with self._lock:
            taken, self._open = self._open, {}
        if not taken:
            return 0
        rows = [
            {
                "access_id": uuid.uuid4().hex,
                "bucket": bucket,
                "user_name": user,
                "action": action,
                "first_at": accesses.first_at.astimezone(UTC),
                "last_at": accesses.last_at.astimezone(UTC),
                "requests": accesses.requests,
                "refusals": accesses.refusals,
            }
            for (bucket, user, action), accesses in sorted(taken.items())
        ]
        try:
            with record.begin() as connection:
                connection.execute(insert(ObjectAccess), rows)
        except BaseException:
            self._put_back(taken)
            raise
        return len(rows)

    def exposition(self) -> str:
        """As Prometheus reads it. Requests on all buckets are counted, so that they compare with MinIO's own count."""
        with self._lock:
            told, unwritten = self._told, sum(accesses.requests for accesses in self._open.values())
        return (
            f"# HELP {TOLD_METRIC} Requests that the object store told.\n"
            f"# TYPE {TOLD_METRIC} counter\n"
            f"{TOLD_METRIC} {told}\n"
            f"# HELP {UNWRITTEN_METRIC} Requests on watched buckets that are not yet in the run record.\n"
            f"# TYPE {UNWRITTEN_METRIC} gauge\n"
            f"{UNWRITTEN_METRIC} {unwritten}\n"
        )

    def _put_back(self, taken: dict[Key, Accesses]) -> None:
        with self._lock:
            for key, accesses in taken.items():
                self._open[key] = accesses.with_all(self._open[key]) if key in self._open else accesses
