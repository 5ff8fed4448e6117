"""The HTTP servers that Trino tells of every finished query, and MinIO of every request."""

from __future__ import annotations

import hmac
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from odoo_lake.query_log.events import AccessPolicy, FinishedQuery, MalformedEventError, parse_event
from odoo_lake.query_log.object_events import Ledger, parse_requests
from odoo_lake.record.tables import QueryLog, QueryLogColumn

MOST_BYTES = 16 * 1024 * 1024
READ_AT_ONCE = 64 * 1024
# Events that are held and written at a time: the pod's memory and the login's connections are made for these.
AT_ONCE = 2
PATIENCE_SECONDS = 30
HEALTH_PATH, METRICS_PATH = "/health", "/metrics"
METRIC = "odoo_lake_query_log_events_total"
log = structlog.get_logger()


class Sender(StrEnum):
    """Who tells; an event is one query of Trino's, or one post of MinIO's with many requests."""

    TRINO = "trino"
    MINIO = "minio"


class Outcome(StrEnum):
    """What became of an event."""

    KEPT = "kept"
    MALFORMED = "malformed"
    REFUSED = "refused"
    """It came without the token."""
    UNWRITTEN = "unwritten"
    """The run record can't be written; Trino sends it again."""


_STATUS = {
    Outcome.KEPT: HTTPStatus.OK,
    Outcome.MALFORMED: HTTPStatus.BAD_REQUEST,
    Outcome.REFUSED: HTTPStatus.UNAUTHORIZED,
    Outcome.UNWRITTEN: HTTPStatus.SERVICE_UNAVAILABLE,
}
# MinIO sends what is not accepted again and again, and whatever comes later waits behind it.
_STATUS_FOR_MINIO = {**_STATUS, Outcome.MALFORMED: HTTPStatus.OK}


@dataclass
class Tally:
    """How many events met which outcome since the start."""

    _counts: Counter[tuple[Sender, Outcome]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, sender: Sender, outcome: Outcome) -> None:
        with self._lock:
            self._counts[sender, outcome] += 1

    def exposition(self) -> str:
        """As Prometheus reads it; every outcome is there from the start, so that its first event is an increase."""
        with self._lock:
            samples = [
                f'{METRIC}{{sender="{sender}",outcome="{outcome}"}} {self._counts[sender, outcome]}'
                for sender in Sender
                for outcome in Outcome
            ]
        head = [f"# HELP {METRIC} What was told, by what became of it.", f"# TYPE {METRIC} counter"]
        return "\n".join([*head, *samples, ""])


@dataclass(frozen=True)
class Guard:
    """Who is let in, and how what is said is hidden; None where the address is reason enough, as in tests."""

    token: str | None = field(default=None, repr=False)
    """What a sender shows as `Authorization: Bearer`."""
    certificate: Path | None = None
    """Private key and certificate in one file, which is read again when it changes."""

    def lets_in(self, shown: str | None) -> bool:
        return self.token is None or hmac.compare_digest(f"Bearer {self.token}".encode(), (shown or "").encode())


class Receiver(ThreadingHTTPServer):
    """Answers a few requests at a time; others wait for their turn in the listener's queue."""

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], guard: Guard) -> None:
        self._guard = guard
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._tls: tuple[int, ssl.SSLContext] | None = None
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._slots.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(PATIENCE_SECONDS)
        if self._guard.certificate is None:
            super().finish_request(request, client_address)
            return
        with self._context(self._guard.certificate).wrap_socket(request, server_side=True) as hidden:
            super().finish_request(hidden, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that went away is no traceback; it sends again."""
        log.warning("a request was not finished", client=client_address[0])

    def _context(self, certificate: Path) -> ssl.SSLContext:
        modified = certificate.stat().st_mtime_ns
        if self._tls is None or self._tls[0] != modified:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._tls = (modified, context)
        return self._tls[1]


def receiver(
    address: tuple[str, int],
    record: Engine,
    policy: AccessPolicy,
    *,
    guard: Guard = Guard(),
    tally: Tally | None = None,
) -> Receiver:
    """A server that keeps each event before it answers: Trino sends an event again until it is told that it is kept."""

    class Handler(_Handler):
        sender, statuses = Sender.TRINO, _STATUS
        lets_in, counted = guard.lets_in, tally or Tally()

        def take(self, body: bytes) -> None:
            keep(record, parse_event(body), policy)

    return Receiver(address, Handler, guard)


def object_receiver(
    address: tuple[str, int], ledger: Ledger, *, guard: Guard = Guard(), tally: Tally | None = None
) -> Receiver:
    """A server that adds up the requests that MinIO posts; `ledger` is written from time to time."""

    class Handler(_Handler):
        sender, statuses = Sender.MINIO, _STATUS_FOR_MINIO
        lets_in, counted = guard.lets_in, tally or Tally()

        def take(self, body: bytes) -> None:
            ledger.add(parse_requests(body))

        def leave_unread(self, size: int) -> None:
            """MinIO hears an answer only once it has sent everything."""
            while size > 0 and (read := self.rfile.read(min(size, READ_AT_ONCE))):
                size -= len(read)

    return Receiver(address, Handler, guard)


class _Handler(BaseHTTPRequestHandler):
    """What both have in common; `take` raises MalformedEventError or SQLAlchemyError."""

    sender: Sender
    statuses: Mapping[Outcome, HTTPStatus]
    lets_in: Callable[[str | None], bool]
    counted: Tally

    def take(self, body: bytes) -> None:
        raise NotImplementedError

    def leave_unread(self, size: int) -> None:
        """Called with the bytes of a body that is too large."""

    def do_POST(self) -> None:
        outcome = self._outcome()
        self.counted.count(self.sender, outcome)
        _answer(self, self.statuses[outcome])

    def _outcome(self) -> Outcome:
        if not self.lets_in(self.headers.get("Authorization")):
            log.error("an event came without the token", sender=self.sender.value, client=self.client_address[0])
            return Outcome.REFUSED
        size = int(self.headers.get("Content-Length") or 0)
        if not 0 < size <= MOST_BYTES:
            log.error("an event is empty or too large", sender=self.sender.value, bytes=size, most=MOST_BYTES)
            self.leave_unread(size)
            return Outcome.MALFORMED
        try:
            self.take(self.rfile.read(size))
        except MalformedEventError as error:
            log.error("what came can't be read", sender=self.sender.value, reason=error.reason)
            return Outcome.MALFORMED
        except SQLAlchemyError as error:
            log.error("the run record can't be written", reason=type(error).__name__)
            return Outcome.UNWRITTEN
        return Outcome.KEPT

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged: every one of them is a row."""


class Figures(Protocol):
    """What has figures for Prometheus."""

    def exposition(self) -> str: ...


def metrics(address: tuple[str, int], *figures: Figures) -> ThreadingHTTPServer:
    """A server of its own for probes and Prometheus, which nothing of a query ever passes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            texts = {HEALTH_PATH: "", METRICS_PATH: "".join(each.exposition() for each in figures)}
            found = self.path in texts
            _answer(self, HTTPStatus.OK if found else HTTPStatus.NOT_FOUND, texts.get(self.path, ""))

        def log_message(self, format: str, *args: object) -> None:
            """Reads are not logged: one comes every few seconds."""

    return ThreadingHTTPServer(address, Handler)


def _answer(handler: BaseHTTPRequestHandler, status: HTTPStatus, text: str = "") -> None:
    body = text.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def keep(record: Engine, query: FinishedQuery, policy: AccessPolicy) -> None:
    """Write one query and the columns it read; a query that was told twice is kept once.

    It only adds rows: the login that does it needs no other right.
    """
    row = {
        "query_id": query.metadata.query_id,
        "user_name": query.context.user,
        "login": query.login,
        "groups": ",".join(sorted(query.context.groups)),
        "source": query.context.source,
        "created_at": query.create_time.astimezone(UTC),
        "state": query.metadata.query_state,
        "queued_ms": query.statistics.queued_time // timedelta(milliseconds=1),
        "elapsed_ms": query.statistics.wall_time // timedelta(milliseconds=1),
        "scanned_bytes": query.statistics.physical_input_bytes,
        "error_type": query.error_type,
    }
    columns = [
        {
            "query_id": row["query_id"],
            "table_name": table,
            "column_name": column,
            "is_sensitive": column in policy.sensitive.get(table, ()),
            "is_masked": is_masked,
        }
        for (table, column), is_masked in sorted(query.columns.items())
        if policy.keeps(query, table, column)
    ]
    try:
        with record.begin() as connection:
            connection.execute(insert(QueryLog).values(row))
            if columns:
                connection.execute(insert(QueryLogColumn), columns)
    except IntegrityError:
        log.info("a query was told twice", query_id=row["query_id"])
