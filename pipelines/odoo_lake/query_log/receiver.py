"""The HTTP server that Trino tells of every finished query."""

from __future__ import annotations

import hmac
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from odoo_lake.query_log.events import AccessPolicy, FinishedQuery, MalformedEventError, parse_event
from odoo_lake.query_log.object_events import Ledger, parse_requests
from odoo_lake.record.tables import QueryLog, QueryLogColumn

MOST_BYTES = 16 * 1024 * 1024
# Events that are held and written at a time: the pod's memory and the login's connections are made for these.
AT_ONCE = 2
PATIENCE_SECONDS = 30
HEALTH_PATH, METRICS_PATH = "/health", "/metrics"
QUERIES_METRIC, OBJECTS_METRIC = "odoo_lake_query_log_events_total", "odoo_lake_object_log_posts_total"
log = structlog.get_logger()


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


@dataclass
class Tally:
    """How many events met which outcome since the start."""

    metric: str = QUERIES_METRIC
    _counts: Counter[Outcome] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, outcome: Outcome) -> None:
        with self._lock:
            self._counts[outcome] += 1

    def exposition(self) -> str:
        """As Prometheus reads it; every outcome is there from the start, so that its first event is an increase."""
        with self._lock:
            samples = [f'{self.metric}{{outcome="{outcome}"}} {self._counts[outcome]}' for outcome in Outcome]
        head = [f"# HELP {self.metric} What was posted, by what became of it.", f"# TYPE {self.metric} counter"]
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
    return _receiver(address, lambda body: keep(record, parse_event(body), policy), guard, tally or Tally())


def object_receiver(address: tuple[str, int], ledger: Ledger, guard: Guard, tally: Tally) -> Receiver:
    """A server that adds up the requests that MinIO posts; `ledger` is written from time to time."""
    return _receiver(address, lambda body: ledger.add(parse_requests(body)), guard, tally)


def _receiver(address: tuple[str, int], take: Callable[[bytes], None], guard: Guard, counted: Tally) -> Receiver:
    """`take` raises MalformedEventError or SQLAlchemyError."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            outcome = self._outcome()
            counted.count(outcome)
            _answer(self, _STATUS[outcome])

        def _outcome(self) -> Outcome:
            if not guard.lets_in(self.headers.get("Authorization")):
                log.error("an event came without the token", client=self.client_address[0])
                return Outcome.REFUSED
            size = int(self.headers.get("Content-Length") or 0)
            if not 0 < size <= MOST_BYTES:
                log.error("an event is empty or too large", bytes=size, most=MOST_BYTES)
                return Outcome.MALFORMED
            try:
                take(self.rfile.read(size))
            except MalformedEventError as error:
                log.error("what came can't be read", reason=error.reason)
                return Outcome.MALFORMED
            except SQLAlchemyError as error:
                log.error("the run record can't be written", reason=type(error).__name__)
                return Outcome.UNWRITTEN
            return Outcome.KEPT

        def log_message(self, format: str, *args: object) -> None:
            """Requests are not logged: every one of them is a row."""

    return Receiver(address, Handler, guard)


def metrics(address: tuple[str, int], *tallies: Tally) -> ThreadingHTTPServer:
    """A server of its own for probes and Prometheus, which nothing of a query ever passes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            texts = {HEALTH_PATH: "", METRICS_PATH: "".join(tally.exposition() for tally in tallies)}
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
