"""The HTTP server that Trino tells of every finished query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from odoo_lake.query_log.events import FinishedQuery, MalformedEventError, parse_event
from odoo_lake.record.tables import QueryLog, QueryLogColumn

MOST_BYTES = 16 * 1024 * 1024
HEALTH_PATH = "/health"
log = structlog.get_logger()


def receiver(address: tuple[str, int], record: Engine, sensitive: Mapping[str, frozenset[str]]) -> ThreadingHTTPServer:
    """A server that keeps each event before it answers: Trino sends an event again until it is told that it is kept."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            if not 0 < size <= MOST_BYTES:
                self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            try:
                keep(record, parse_event(self.rfile.read(size)), sensitive)
            except MalformedEventError as error:
                log.error("no event of a finished query", reason=error.reason)
                self._answer(HTTPStatus.BAD_REQUEST)
            except SQLAlchemyError as error:
                log.error("the run record can't be written", reason=type(error).__name__)
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE)
            else:
                self._answer(HTTPStatus.OK)

        def do_GET(self) -> None:
            self._answer(HTTPStatus.OK if self.path == HEALTH_PATH else HTTPStatus.NOT_FOUND)

        def log_message(self, format: str, *args: object) -> None:
            """Requests are not logged: every one of them is a row."""

        def _answer(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return ThreadingHTTPServer(address, Handler)


def keep(record: Engine, query: FinishedQuery, sensitive: Mapping[str, frozenset[str]]) -> None:
    """Write one query and the columns it read; a query that was told twice is kept once."""
    row = QueryLog(
        query_id=query.metadata.query_id,
        user_name=query.context.user,
        groups=",".join(sorted(query.context.groups)),
        source=query.context.source,
        created_at=query.create_time.astimezone(UTC),
        state=query.metadata.query_state,
        queued_ms=query.statistics.queued_time // timedelta(milliseconds=1),
        elapsed_ms=query.statistics.wall_time // timedelta(milliseconds=1),
        scanned_bytes=query.statistics.physical_input_bytes,
        error_type=query.error_type,
    )
    columns = [
        QueryLogColumn(
            query_id=row.query_id,
            table_name=table,
            column_name=column,
            is_sensitive=column in sensitive.get(table, ()),
            is_masked=is_masked,
        )
        for (table, column), is_masked in sorted(query.columns.items())
    ]
    with Session(record) as session:
        session.merge(row)
        session.flush()
        for entry in columns:
            session.merge(entry)
        session.commit()
