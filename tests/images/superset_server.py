"""Superset as the platform starts it: the rendered Job's script, files and environment on real servers."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from odoo_lake.source.embedded import EmbeddedPostgres
from tests.images.superset_image import Image
from tests.images.users import as_user
from tests.lake.processes import accepts_connections, forwarded
from tests.ports import free_port
from tests.program.conftest import shape
from tests.program.recorder import Program, revealed
from tests.render.conftest import rendered
from tests.render.manifests import Object, Rendered

SPACE, PREFIX = "lake-superset", "/app/"
START_SECONDS = 300


@dataclass(frozen=True)
class Superset:
    """The image's tree with the chart's files in it, and what a pod's environment says."""

    image: Image
    environment: Mapping[str, str]

    def shell(self, script: str, **variables: str) -> str:
        """Run a script of the image; its paths are those of the tree."""
        local = script.replace(PREFIX, f"{self.image.tree.place(PREFIX)}/")
        return self.image.run("/bin/sh", "-ec", local, **{**self.environment, **variables})

    def python(self, code: str) -> str:
        """Run code inside the application; gives the last line that it prints."""
        head = "from superset.app import create_app\napp = create_app()\nwith app.app_context():\n"
        body = "".join(f"    {line}\n" for line in code.strip().splitlines())
        return self.image.run("python", "-c", head + body, **self.environment).strip().splitlines()[-1]

    @contextmanager
    def started(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process of the image, stopped at the end; its output is in the file of its name in the home."""
        binaries = self.image.tree.place("/app/.venv/bin")
        environment = {"HOME": str(self.image.home), "PATH": f"{binaries}:/usr/bin:/bin", **self.environment}
        with (self.image.home / f"{command[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / command[0], *command[1:]],
                cwd=self.image.home,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                **as_user(),
            )
            try:
                yield process
            finally:
                process.terminate()
                process.wait(60)


@dataclass(frozen=True)
class Web:
    """Superset's API as one of its users."""

    address: str

    def token(self, name: str, password: str) -> str | None:
        """An access token, or None when the login is refused."""
        body = {"username": name, "password": password, "provider": "db"}
        request = urllib.request.Request(
            f"{self.address}/api/v1/security/login", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return str(json.load(answer)["access_token"])
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
            return None

    def get(self, path: str, token: str) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", headers={"authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


def init_script() -> str:
    """What the rendered Job runs."""
    [container] = _init_pod()["containers"]
    return str(container["command"][-1])


@contextmanager
def superset_on_servers(image: Image, postgres: EmbeddedPostgres, valkey: Path) -> Iterator[Superset]:
    """The files in their places, PostgreSQL with Superset's database, and Valkey with the program's configuration."""
    program = shape("prod")
    environment = _environment(program)
    _write_files(image, rendered("superset", "production"))
    postgres.recreate_database(environment["DB_NAME"])
    postgres.execute(f"create role {environment['DB_USER']} login password '{environment['DB_PASS']}'")
    postgres.execute(f"alter database {environment['DB_NAME']} owner to {environment['DB_USER']}")
    with (
        forwarded(postgres.data_directory / ".s.PGSQL.5432") as database,
        _valkey(program, valkey, image.home) as cache,
    ):
        here = {"DB_HOST": "127.0.0.1", "DB_PORT": str(database), "REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(cache)}
        folders = {
            "PYTHONPATH": str(image.tree.place("/app/pythonpath")),
            "SUPERSET_HOME": str(image.home),
        }
        yield Superset(image, {**environment, **here, **folders})


@contextmanager
def web(superset: Superset) -> Iterator[Web]:
    port = free_port()
    with superset.started("superset", "run", "--host", "127.0.0.1", "--port", str(port)) as process:
        await_in_log(superset, "superset", process, lambda _: accepts_connections(port))
        yield Web(f"http://127.0.0.1:{port}")


def await_in_log(
    superset: Superset, name: str, process: subprocess.Popen[bytes], is_ready: Callable[[str], bool]
) -> None:
    """Wait until a started process is ready; `is_ready` gets what it has written. Fails with that when it ends."""
    until = time.monotonic() + START_SECONDS
    while not is_ready(log := (superset.image.home / f"{name}.log").read_text()):
        assert process.poll() is None, log
        assert time.monotonic() < until, log
        time.sleep(0.2)


def _init_pod() -> Object:
    [pod] = [pod.spec for pod in rendered("superset", "production").pods if pod.kind == "Job"]
    return dict(pod)


def _environment(program: Program) -> dict[str, str]:
    """The init pod's variables, with the values that the program's secrets have."""

    def secret(name: str) -> dict[str, str]:
        found: dict[str, str] = revealed(program.named("Secret", name, SPACE).inputs)["stringData"]
        return found

    [container] = _init_pod()["containers"]
    found = {key: text for source in container["envFrom"] for key, text in secret(source["secretRef"]["name"]).items()}
    for entry in container["env"]:
        reference = (entry.get("valueFrom") or {}).get("secretKeyRef")
        found[entry["name"]] = secret(reference["name"])[reference["key"]] if reference else entry["value"]
    return found


def _write_files(image: Image, release: Rendered) -> None:
    """Secrets and ConfigMaps of the release in the places where the pod mounts them."""
    pod = _init_pod()
    [container] = pod["containers"]
    contents = {
        (item["kind"], item["metadata"]["name"]): {**(item.get("data") or {}), **(item.get("stringData") or {})}
        for item in release.of("Secret", "ConfigMap")
    }
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for mount in container["volumeMounts"]:
        volume = volumes[mount["name"]]
        if "configMap" in volume:
            files = contents["ConfigMap", volume["configMap"]["name"]]
        else:
            # Trino's authority is another's; a folder to write in has no files.
            files = contents.get(("Secret", (volume.get("secret") or {}).get("secretName", "")), {})
        folder = image.tree.place(mount["mountPath"])
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text.replace(PREFIX, f"{image.tree.place(PREFIX)}/"))


@contextmanager
def _valkey(program: Program, binary: Path, folder: Path) -> Iterator[int]:
    """A server with the configuration and the users that the program makes."""
    [files] = [item.manifest["data"] for item in program.of("ConfigMap") if item.name == "valkey"]
    users = revealed(program.named("Secret", "valkey-users").inputs)["stringData"]["users.acl"]
    port = free_port()
    settings = dict(line.split(" ", 1) for line in files["valkey.conf"].splitlines())
    (folder / "users.acl").write_text(users)
    settings |= {"bind": "127.0.0.1", "port": str(port), "aclfile": str(folder / "users.acl")}
    place = folder / "valkey.conf"
    place.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    process = subprocess.Popen([binary, place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + START_SECONDS
        while not accepts_connections(port):
            assert process.poll() is None, "Valkey refuses its configuration"
            assert time.monotonic() < until, "Valkey does not start"
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()
