"""An S3 store with one thing wrong: a proxy on loopback before a real one, which changes requests or answers."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.loopback import listening
from tests.object_store import ObjectStore

NOT_HANDED_ON = {"connection", "transfer-encoding", "content-length", "server", "date"}


@dataclass(frozen=True)
class Call:
    """A request with its target; headers have lower-case names and no signature."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def is_put(self) -> bool:
        return self.method == "PUT" and not self.query

    def without(self, header: str) -> Call:
        return replace(self, headers={name: value for name, value in self.headers.items() if name != header})


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Forward = Callable[[Call], Answer]
Fault = Callable[[Call, Forward], Answer]


@contextmanager
def broken_store(store: ObjectStore, fault: Fault) -> Iterator[ObjectStore]:
    """The store as it looks through the fault."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept = {
                name: value
                for name, value in headers.items()
                if name in {"range", "if-none-match", "if-match", "content-md5", "content-type"}
                or name.startswith("x-amz-checksum")
            }
            answer = fault(Call(self.command, self.path, kept, self.rfile.read(length)), forward)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if self.command != "HEAD" or "content-length" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Tests need no log."""

    def forward(call: Call) -> Answer:
        signed = AWSRequest(call.method, store.endpoint + call.target, headers=call.headers, data=call.body)
        S3SigV4Auth(Credentials(store.access_key, store.secret_key), "s3", "us-east-1").add_auth(signed)
        request = urllib.request.Request(
            store.endpoint + call.target, data=call.body or None, headers=dict(signed.headers), method=call.method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as found:
                return _answer(found.status, found.headers.items(), found.read())
        except urllib.error.HTTPError as error:
            return _answer(error.code, error.headers.items(), error.read())

    def _answer(status: int, headers: object, body: bytes) -> Answer:
        kept = {name.lower(): value for name, value in headers if name.lower() not in NOT_HANDED_ON}  # type: ignore[attr-defined]
        return Answer(status, kept, body)

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield ObjectStore(url, store.access_key, store.secret_key)


def refusal(status: int, code: str) -> Answer:
    return Answer(status, {}, f"<Error><Code>{code}</Code><Message>refused</Message></Error>".encode())


def nothing(call: Call, forward: Forward) -> Answer:
    """No fault."""
    return forward(call)


def ignores_if_none_match(call: Call, forward: Forward) -> Answer:
    return forward(call.without("if-none-match"))


def does_not_know_if_none_match(call: Call, forward: Forward) -> Answer:
    return refusal(501, "NotImplemented") if "if-none-match" in call.headers else forward(call)


def ignores_if_match(call: Call, forward: Forward) -> Answer:
    return forward(call.without("if-match"))


def looks_before_it_writes() -> Fault:
    """If-None-Match as a look and a write apart, which holds as long as nobody else writes in between."""

    def fault(call: Call, forward: Forward) -> Answer:
        if "if-none-match" not in call.headers:
            return forward(call)
        if forward(Call("HEAD", call.target, {})).status == 200:
            return refusal(412, "PreconditionFailed")
        time.sleep(0.05)
        return forward(call.without("if-none-match"))

    return fault


def drops_bulk_deletes(call: Call, forward: Forward) -> Answer:
    if call.method == "POST" and "delete" in call.query:
        return Answer(200, {}, b"<DeleteResult></DeleteResult>")
    return forward(call)


def takes_few_keys_to_delete(call: Call, forward: Forward) -> Answer:
    if call.method == "POST" and call.body.count(b"<Key>") > 100:
        return refusal(400, "MalformedXML")
    return forward(call)


def drops_deletes(call: Call, forward: Forward) -> Answer:
    """All of them: what is told to go stays."""
    return Answer(204) if call.method == "DELETE" else drops_bulk_deletes(call, forward)


def lists_late() -> Fault:
    """A listing that was given once is given again for a while."""
    known: dict[str, tuple[float, Answer]] = {}

    def fault(call: Call, forward: Forward) -> Answer:
        if call.method != "GET" or "list-type" not in call.query:
            return forward(call)
        moment, answer = known.get(call.target, (0.0, Answer(500)))
        if time.monotonic() - moment > 1:
            answer = forward(call)
            known[call.target] = (time.monotonic(), answer)
        return answer

    return fault


def lists_one_page(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    if call.method != "GET" or "list-type" not in call.query:
        return answer
    body = re.sub(rb"<NextContinuationToken>.*?</NextContinuationToken>", b"", answer.body)
    return replace(answer, body=body.replace(b"<IsTruncated>true", b"<IsTruncated>false"))


def reads_late() -> Fault:
    """An object's first bytes are read for a while after it was written over."""
    known: dict[str, Answer] = {}

    def fault(call: Call, forward: Forward) -> Answer:
        if call.method != "GET" or not call.target.endswith("/overwritten"):
            return forward(call)
        return known.setdefault(call.target, forward(call))

    return fault


def has_no_parts(call: Call, forward: Forward) -> Answer:
    if call.method == "POST" and "uploads" in call.query:
        return refusal(501, "NotImplemented")
    return forward(call)


def orders_parts_by_arrival() -> Fault:
    """Parts are numbered as they come."""
    arrived: dict[str, list[str]] = {}

    def fault(call: Call, forward: Forward) -> Answer:
        if call.method == "PUT" and "partNumber" in call.query and "/in-parts" in call.target:
            upload, number = call.query["uploadId"][0], call.query["partNumber"][0]
            arrived.setdefault(upload, []).append(number)
            if number != "3":
                # The bytes of the one in the place of the other; what the store answers is what it keeps.
                return forward(replace(call, body=bytes(len(call.body))))
        return forward(call)

    return fault


def takes_no_large_objects(call: Call, forward: Forward) -> Answer:
    """Nothing over 32 MiB: the third part of 16."""
    if "/large" in call.target and call.query.get("partNumber") == ["3"]:
        return refusal(400, "EntityTooLarge")
    return forward(call)


def ignores_ranges(call: Call, forward: Forward) -> Answer:
    return forward(call.without("range"))


def forgets_versions(call: Call, forward: Forward) -> Answer:
    """A read by version gives the first one's bytes."""
    if call.method == "GET" and "versionId" in call.query:
        listed = forward(replace(call, target=f"{call.target.split('?')[0]}"))
        return listed if listed.status == 200 else refusal(404, "NoSuchVersion")
    return forward(call)


def knows_no_versions(call: Call, forward: Forward) -> Answer:
    return refusal(501, "NotImplemented") if {"versioning", "versions"} & set(call.query) else forward(call)


def unquotes_names(call: Call, forward: Forward) -> Answer:
    """A blank in a key is kept as the plus that some clients write for it."""
    return forward(replace(call, target=call.target.replace("%2B", "%20"))) if call.is_put else forward(call)
