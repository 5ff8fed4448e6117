"""Images or plain processes: who decides, by what, and that either kind can be killed and started again."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.lake.containers import IMAGES, VARIABLE, decide, obstacle
from tests.lake.processes import accepts_connections
from tests.loopback import listening
from tests.object_store import store_server

NO_HOST = "dial tcp: lookup registry-1.docker.io: no such host"


@dataclass
class Engine:
    """A double of the Docker engine's API: what it says of itself, has, and can pull."""

    name: str = field(default_factory=socket.gethostname)
    security: tuple[str, ...] = ("name=seccomp,profile=default",)
    images: set[str] = field(default_factory=lambda: set(IMAGES))
    can_pull: bool = False
    pulled: list[str] = field(default_factory=list)

    def answer(self, method: str, address: str) -> tuple[int, object]:
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        asked = unquote(path.partition("/images/")[2].removesuffix("/json"))
        if path.endswith("/version"):
            return 200, {"ApiVersion": "1.44"}
        if path.endswith("/info"):
            return 200, {"Name": self.name, "SecurityOptions": self.security}
        if method == "POST":
            [image], [tag] = query["fromImage"], query["tag"]
            if not self.can_pull:
                return 500, {"message": NO_HOST}
            self.pulled.append(f"{image}:{tag}")
            self.images.add(f"{image}:{tag}")
            return 200, {"status": "Download complete"}
        if asked in self.images:
            return 200, {"Id": "sha256:0", "RepoTags": [asked]}
        return 404, {"message": f"No such image: {asked}"}


@contextmanager
def engine_at_work(engine: Engine) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = engine.answer(self.command, self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode() + b"\n")

        do_POST = do_GET  # noqa: N815 - the names that the server looks for

        def log_message(self, *_: object) -> None:
            pass

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        yield address.replace("http:", "tcp:")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[[Engine], str | None]:
    def ask(engine: Engine) -> str | None:
        with engine_at_work(engine) as address:
            monkeypatch.setenv("DOCKER_HOST", address)
            return obstacle()

    return ask


def never() -> str | None:
    pytest.fail("an engine was asked")


def test_an_engine_that_has_the_images_runs_them(found: Callable[[Engine], str | None]) -> None:
    made = decide(None, lambda: found(Engine()))
    assert made.images
    assert made.line.startswith("lake servers: the pinned images, because a Docker engine has them: docker.io/")


def test_what_is_not_there_is_pulled(found: Callable[[Engine], str | None]) -> None:
    first, *others = IMAGES
    engine = Engine(images={first}, can_pull=True)
    assert found(engine) is None
    assert engine.pulled == others


def test_without_an_engine_they_are_plain_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    made = decide(None, obstacle)
    assert not made.images
    assert made.line == "lake servers: plain processes, because no Docker engine answers"


@pytest.mark.parametrize(
    ("engine", "reason"),
    [
        (Engine(images=set(IMAGES[:1])), f"the Docker engine can't pull {IMAGES[1]}: .*no such host"),
        (Engine(name="build-7"), "not this machine's but that of build-7"),
        (Engine(security=("name=rootless",)), "users and a network of their own"),
    ],
    ids=["no registry", "another machine", "rootless"],
)
def test_an_engine_that_cannot_serve_is_said_and_left(
    found: Callable[[Engine], str | None], engine: Engine, reason: str
) -> None:
    assert not decide(None, lambda: found(engine)).images
    with pytest.raises(ValueError, match=f"^{VARIABLE}=images can't be met: .*{reason}"):
        decide("images", lambda: found(engine))


def test_processes_that_are_asked_for_are_not_asked_about() -> None:
    assert decide("processes", never).line == f"lake servers: plain processes, because {VARIABLE} says so"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=f"{VARIABLE}=docker names no kind of server"):
        decide("docker", never)


def test_a_killed_server_comes_back_with_what_it_kept(tmp_path: Path) -> None:
    store, server = store_server(tmp_path / "store")
    port = int(store.endpoint.rpartition(":")[2])
    with server.running():
        store.client.create_bucket(Bucket="kept")
        store.client.put_object(Bucket="kept", Key="one", Body=b"before the crash")
        server.kill()
        assert not accepts_connections(port)
        server.start()
        assert store.client.get_object(Bucket="kept", Key="one")["Body"].read() == b"before the crash"
    assert not accepts_connections(port)


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    _, server = store_server(tmp_path / "store", variables={"MINIO_ROOT_PASSWORD": "short"})
    with pytest.raises(RuntimeError, match=r"did not start:\n(.|\n)*at least 8 characters"):
        server.start()
