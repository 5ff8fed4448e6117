"""Dagster's web UI on the demo's lake, for as long as the caller waits."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from odoo_lake.errors import UserError

HOST = "127.0.0.1"
_SETTINGS = "telemetry:\n  enabled: false\n"


def serve_dagster(home: Path, port: int, environment: Mapping[str, str]) -> int:
    """Run Dagster until it ends or the user interrupts it; return its exit code. Raises UserError for a busy port."""
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
    process = subprocess.Popen(arguments, env={**os.environ, "DAGSTER_HOME": str(home), **environment}, cwd=home)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # The terminal told Dagster as well; it stops its own processes.
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
