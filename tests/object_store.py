"""A real MinIO server on loopback: of the pinned image, or built once from its Go module and kept in the cache."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from lakehouse.versions import MINIO_IMAGE
from tests.lake.containers import MYSELF, Container, decision
from tests.lake.processes import Process, Server
from tests.loopback import answers
from tests.ports import free_port

# Release tags of this module are refused by the module proxy; pseudo-versions are served.
MODULE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "odoo-lakehouse"


@dataclass(frozen=True)
class ObjectStore:
    """A running server and its administrator's credentials."""

    endpoint: str
    access_key: str
    secret_key: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": "us-east-1",
        }

    @property
    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name="us-east-1",
        )


def minio_binary() -> Path:
    """The server's program; built if this machine has Go, else the test is skipped with the reason."""
    binary = CACHE / "bin" / "minio"
    binary.parent.mkdir(parents=True, exist_ok=True)
    with (binary.parent / "minio.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not binary.is_file():
            _build(binary)
    return binary


def _build(binary: Path) -> None:
    go = shutil.which("go")
    if go is None:
        pytest.skip("MinIO can't run: it is not in the cache and there is no Go to build it with")
    environment = {**os.environ, "GOBIN": str(binary.parent), "CGO_ENABLED": "0"}
    arguments = [go, "install", "-tags", "kqueue", "-trimpath", "-ldflags", "-s -w", MODULE]
    built = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    if built.returncode:
        pytest.skip(f"MinIO can't run: building it failed: {built.stderr.splitlines()[-1]}")


@contextmanager
def object_store(
    directory: Path, *, drives: int = 1, variables: Mapping[str, str] | None = None
) -> Iterator[ObjectStore]:
    """Start a server on `directory`, or with erasure coding on as many folders in it, and stop it on the way out."""
    store, server = store_server(directory, drives=drives, variables=variables)
    with server.running():
        yield store


def store_server(
    directory: Path, *, drives: int = 1, variables: Mapping[str, str] | None = None
) -> tuple[ObjectStore, Server]:
    """A server that is not started; its log lies beside its directory."""
    port, console = free_port(), free_port()
    store = ObjectStore(f"http://127.0.0.1:{port}", "test-administrator", "test-administrator-secret")
    environment = {
        "MINIO_ROOT_USER": store.access_key,
        "MINIO_ROOT_PASSWORD": store.secret_key,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
        # The folders of several drives are on one disk.
        "MINIO_CI_CD": "on",
        **(variables or {}),
    }
    place = str(directory) if drives == 1 else f"{directory}/drive{{1...{drives}}}"
    arguments = ["server", place, "--address", f"127.0.0.1:{port}", "--quiet"]
    arguments += ["--console-address", f"127.0.0.1:{console}"]
    directory.mkdir(parents=True, exist_ok=True)
    log = directory.with_name(f"{directory.name}.log")

    def is_ready() -> bool:
        return answers(f"{store.endpoint}/minio/health/ready")

    if decision().images:
        return store, Container(
            MINIO_IMAGE,
            ["minio", *arguments],
            folders={directory: str(directory)},
            log=log,
            environment={**environment, "HOME": "/tmp"},  # noqa: S108 - the container's own
            is_ready=is_ready,
            user=MYSELF,
        )
    return store, Process(
        [str(minio_binary()), *arguments],
        directory=directory.parent,
        log=log,
        environment=environment,
        is_ready=is_ready,
    )
