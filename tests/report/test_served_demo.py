"""Dagster's web UI on the demo's lake, as `make dagster` starts it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.request
from typing import Any

from odoo_lake.workspace import open_workspace
from tests.ports import free_port
from tests.report.conftest import ODOO_LAKE, Demo

START_SECONDS, STOP_SECONDS = 240, 90
QUESTION = """{
  assetNodes { assetKey { path } }
  repositoriesOrError { ... on RepositoryConnection { nodes { schedules { name } sensors { name } } } }
}"""


def asked(port: int) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": QUESTION}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["data"]  # type: ignore[no-any-return]


def test_the_web_ui_shows_every_table_and_ends_with_its_command(demo: Demo) -> None:
    port = free_port()
    command = [ODOO_LAKE, "demo", "--directory", str(demo.folder), "--scale", "small", "--serve", "dagster"]
    log = demo.folder.parent / "dagster.log"
    with log.open("wb") as output:
        process = subprocess.Popen([*command, "--port", str(port)], stdout=output, stderr=subprocess.STDOUT)
    try:
        shown = _first_answer(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(STOP_SECONDS)
    assert code == 0, log.read_text()
    assets = {tuple(node["assetKey"]["path"]) for node in shown["assetNodes"]}
    workspace = open_workspace()
    assert {name for *_, name in assets} >= set(workspace.catalogue) | {"monthly_pnl", "fact_journal_entry"}
    [repository] = shown["repositoriesOrError"]["nodes"]
    assert len(repository["schedules"]) == 2
    assert len(repository["sensors"]) == 1
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def _first_answer(process: subprocess.Popen[bytes], port: int) -> dict[str, Any]:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            return asked(port)
        except OSError:
            time.sleep(1)
    raise AssertionError(f"the web UI did not answer; the command's exit code is {process.poll()}")
