"""Trino's program has the driver that the metastore's pods copy out of its image."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

from lakehouse.components.metastore import COPY_DRIVER, DRIVERS
from tests.lake.maven import trino_server


def test_the_copied_file_is_the_driver_alone(tmp_path: Path) -> None:
    *shell, command = COPY_DRIVER
    here = command.replace("/usr/lib/trino", str(trino_server())).replace(DRIVERS, str(tmp_path))
    assert here != command
    subprocess.run([*shell, here], check=True, capture_output=True)
    [jar] = tmp_path.iterdir()
    assert "org/postgresql/Driver.class" in zipfile.ZipFile(jar).namelist()
