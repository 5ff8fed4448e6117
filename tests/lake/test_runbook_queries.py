"""The runbooks' Trino commands, with Trino's own client on a real server."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
from pathlib import Path

import pytest
from trino.exceptions import TrinoQueryError

from tests.lake.conftest import Servers
from tests.lake.maven import java, trino_client
from tests.monitoring.runbook_commands import RUNBOOKS, Command, commands_of

pytestmark = pytest.mark.lake

COMMANDS = [command for page in sorted(RUNBOOKS.rglob("*.md")) for command in commands_of(page) if command.trino]
KILLING = [command for command in COMMANDS if "kill_query" in str(command.trino)]
ADMINISTRATOR = "ada"
SLOW = "select count(*) from unnest(sequence(1, 10000)) a (x), unnest(sequence(1, 10000)) b (y) where (x * y) % 7 = 3"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client under the name that it has in the image."""
    folder = tmp_path_factory.mktemp("programs")
    program = folder / "trino"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(java(24))} -jar {shlex.quote(str(trino_client()))} "$@"\n')
    program.chmod(0o755)
    return folder


def in_pod(command: Command, statement: str, delta: Servers, programs: Path) -> str:
    """Run what stands behind `--`; the pod's server, file and administrator are those of the test."""
    address = delta.address(ADMINISTRATOR)
    _, _, script, _ = command.inner
    here = {
        "https://localhost:8443": f"https://localhost:{address.port}",
        "/etc/trino/tls/ca.crt": str(address.certificate_authority),
        "--user admin": f"--user {ADMINISTRATOR}",
    }
    for deployed, own in here.items():
        assert deployed in script
        script = script.replace(deployed, own)
    done = subprocess.run(
        ["/bin/sh", "-c", script, statement],
        env={"PATH": f"{programs}:{os.environ['PATH']}"},
        input=address.password,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in KILLING], ids=lambda c: c.file)
def test_a_page_s_query_is_answered(command: Command, delta: Servers, programs: Path) -> None:
    in_pod(command, str(command.trino), delta, programs)


def test_a_query_of_somebody_else_is_found_and_stopped(delta: Servers, programs: Path) -> None:
    [command] = KILLING
    told: list[str] = []

    def work() -> None:
        with delta.address("ana").connect() as session:
            try:
                session.rows(SLOW)
            except TrinoQueryError as error:
                told.append(str(error.message))

    with delta.address(ADMINISTRATOR).connect() as session:
        somebody = threading.Thread(target=work)
        somebody.start()
        running = "select query_id from system.runtime.queries where state = 'RUNNING' and user = 'ana'"
        while not (found := session.rows(running)) and somebody.is_alive():
            pass
        [[query]] = found
    in_pod(command, str(command.trino).replace("$QUERY_ID", query), delta, programs)
    somebody.join()
    assert any("stopped by the operator" in message for message in told), told
