"""promtool, amtool, prometheus and alertmanager: installed ones, or Debian's packages unpacked into the cache.

Nothing is installed: Debian's own installation would start servers that listen on every address.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "odoo-lakehouse"
_PACKAGES = {
    "promtool": "prometheus",
    "prometheus": "prometheus",
    "amtool": "prometheus-alertmanager",
    "prometheus-alertmanager": "prometheus-alertmanager",
}


def prometheus_tool(name: str) -> str:
    """The program's path; the test is skipped with the reason where it can't be had."""
    found = shutil.which(name)
    unpacked = CACHE / "debian" / "usr" / "bin" / name
    if found or unpacked.is_file():
        return found or str(unpacked)
    apt, unpack = shutil.which("apt-get"), shutil.which("dpkg-deb")
    if apt is None or unpack is None:
        pytest.skip(f"{name} can't run: it is not installed, and there is no apt to fetch it with")
    downloads = CACHE / "debian" / "packages"
    downloads.mkdir(parents=True, exist_ok=True)
    fetch = [apt, "download", _PACKAGES[name]]
    fetched = subprocess.run(fetch, cwd=downloads, capture_output=True, text=True, check=False)
    archives = sorted(downloads.glob(f"{_PACKAGES[name]}_*.deb"))
    if fetched.returncode or not archives:
        pytest.skip(f"{name} can't run: apt-get download failed: {fetched.stderr.strip().splitlines()[-1:]}")
    subprocess.run([unpack, "-x", str(archives[-1]), str(CACHE / "debian")], check=True)
    return str(unpacked)
