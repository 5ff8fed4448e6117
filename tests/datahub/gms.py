"""A double of DataHub's API: takes every change, remembers nothing, and keeps who sent what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.loopback import listening

CONFIG = {"noCode": "true", "statefulIngestionCapable": True, "versions": {"acryldata/datahub": {"version": "v1.7.0"}}}


@dataclass
class Gms:
    """`proposals` are the changes in the order of their arrival."""

    url: str = ""
    authorizations: set[str] = field(default_factory=set)
    proposals: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def gms_double() -> Iterator[Gms]:
    """Serve it on loopback until the end of the block."""
    seen = Gms()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.authorizations.add(self.headers.get("Authorization", ""))
            self._answer(200 if self.path == "/config" else 404, CONFIG if self.path == "/config" else {})

        def do_POST(self) -> None:
            seen.authorizations.add(self.headers.get("Authorization", ""))
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.proposals += body.get("proposals", [body["proposal"]] if "proposal" in body else [])
            # No run came before this one: there is no state to go on from.
            self._answer(200, {"value": {"values": []} if "getTimeseriesAspectValues" in self.path else ""})

        def _answer(self, status: int, content: Any) -> None:
            payload = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as seen.url:
        yield seen
