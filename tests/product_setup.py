"""What the tests of the apply programs share: the transport of an HTTP double, and the command as the Job starts it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from odoo_lake.cli.app import main
from tests.loopback import listening


@dataclass(frozen=True)
class Call:
    """A request as a double sees it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: dict[str, Any]


class RefusalError(Exception):
    """A double says no."""

    def __init__(self, status: int, body: Any) -> None:
        self.status = status
        self.body = body


@contextmanager
def serving(answer: Callable[[Call], Any]) -> Iterator[str]:
    """Serve JSON on loopback until the block ends; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            url = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else {}
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            try:
                self._answer(200, answer(Call(self.command, url.path, query, self.headers, body)))
            except RefusalError as refusal:
                self._answer(refusal.status, refusal.body)

        def _answer(self, status: int, body: Any) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = _serve  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Apply = Callable[..., Answer]


def apply_command(
    product: str,
    configuration: Mapping[str, Any],
    variables: Mapping[str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Apply:
    """`odoo-lake <product> apply` on the configuration as it is then; keywords replace environment variables.

    The entry point is called in this process: what it imports takes two seconds.
    """

    def run(**environment: str) -> Answer:
        path = folder / f"{product}.yaml"
        path.write_text(yaml.safe_dump(configuration))
        for name, value in {**variables, **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["odoo-lake", product, "apply", "--config", str(path)])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return Answer(int(end.value.code or 0), printed.out, printed.err)

    return run
