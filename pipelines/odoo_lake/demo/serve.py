"""Dagster's web UI on the demo's lake, for as long as the caller waits."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from odoo_lake.errors import UserError
from odoo_lake.parent_death import interrupt_with_parent

HOST = "127.0.0.1"
_STOP_SECONDS = 60
_SETTINGS = "telemetry:\n  enabled: false\n"


def serve_dagster(home: Path, port: int, environment: Mapping[str, str]) -> None:
    """Run Dagster until it ends or the user interrupts it. Raises UserError for a busy port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UserError(
                f"Port {port} of {HOST} is taken: {error.strerror}.",
                "Dagster's web UI can't be served there.",
                "Give another one with --port.",
            ) from error
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text(_SETTINGS)
    arguments = [str(Path(sys.executable).with_name("dagster")), "dev", "-m", "odoo_lake.orchestration.definitions"]
    arguments += ["--host", HOST, "--port", str(port)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore::FutureWarning", **environment, "DAGSTER_HOME": str(home)}
    process = subprocess.Popen(
        arguments,
        env=environment,
        start_new_session=True,
        preexec_fn=interrupt_with_parent,  # noqa: PLW1509 - nothing but system calls
    )
    # A service manager's request to end is the same as the user's.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            process.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let Dagster end its own processes."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()
