"""The control plane's program: built once from its Go modules and kept in the cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SOURCES = ("go.mod", "go.sum", "main.go")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "odoo-lakehouse"


def control_plane_binary() -> Path:
    """The program; built if this machine has Go (10 minutes on two cores, once), else the test is skipped.

    Its name carries the hash of its sources, so that a change of a pin builds anew and never mixes.
    """
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in SOURCES)).hexdigest()[:12]
    binary = CACHE / "bin" / f"control-plane-{digest}"
    if binary.is_file():
        return binary
    go = shutil.which("go")
    if go is None:
        pytest.skip("the Kubernetes API server can't run: it is not in the cache and there is no Go to build it with")
    binary.parent.mkdir(parents=True, exist_ok=True)
    with (binary.parent / "control-plane.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not binary.is_file():
            _build(go, binary)
    return binary


def _build(go: str, binary: Path) -> None:
    version = re.search(r"^\s*k8s\.io/kubernetes (v1\.(\d+)\.\d+)$", (HERE / "go.mod").read_text(), re.MULTILINE)
    assert version, "go.mod names no version of k8s.io/kubernetes"
    # Without these the API server calls itself v0.0.0, which clients and charts refuse.
    facts = {
        "gitVersion": version[1],
        "gitMajor": "1",
        "gitMinor": version[2],
        "gitCommit": "0" * 40,
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    linked = " ".join(f"-X {package}.{name}={value}" for package in packages for name, value in facts.items())
    partial = binary.with_suffix(".partial")
    arguments = [go, "build", "-mod=readonly", "-trimpath", "-ldflags", f"-s -w {linked}", "-o", str(partial), "."]
    environment = {**os.environ, "CGO_ENABLED": "0"}
    built = subprocess.run(arguments, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    if built.returncode:
        pytest.skip(f"the Kubernetes API server can't run: building it failed: {built.stderr.strip().splitlines()[-1]}")
    partial.replace(binary)
