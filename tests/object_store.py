"""A real MinIO server on loopback, built once from its Go module and kept in the cache."""

from __future__ import annotations

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

from tests.loopback import wait_until_answers
from tests.ports import free_port

# Release tags of this module are refused by the module proxy; pseudo-versions are served.
MODULE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"
READY = "/minio/health/ready"
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
    if not binary.is_file():
        go = shutil.which("go")
        if go is None:
            pytest.skip("MinIO can't run: it is not in the cache and there is no Go to build it with")
        environment = {**os.environ, "GOBIN": str(binary.parent), "CGO_ENABLED": "0"}
        arguments = [go, "install", "-tags", "kqueue", "-trimpath", "-ldflags", "-s -w", MODULE]
        built = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
        if built.returncode:
            pytest.skip(f"MinIO can't run: building it failed: {built.stderr.splitlines()[-1]}")
    return binary


@contextmanager
def object_store(
    directory: Path, *, drives: int = 1, variables: Mapping[str, str] | None = None
) -> Iterator[ObjectStore]:
    """Start a server on `directory`, or with erasure coding on as many folders in it, and stop it on the way out."""
    store, arguments, environment = server_command(directory, drives=drives)
    process = subprocess.Popen(
        arguments,
        env={**os.environ, **environment, **(variables or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_answers(f"{store.endpoint}{READY}", process)
        yield store
    finally:
        process.kill()
        process.wait()


def server_command(directory: Path, *, drives: int = 1) -> tuple[ObjectStore, list[str], dict[str, str]]:
    """A server that is to come, its command line and its environment."""
    port, console = free_port(), free_port()
    store = ObjectStore(f"http://127.0.0.1:{port}", "test-administrator", "test-administrator-secret")
    environment = {
        "MINIO_ROOT_USER": store.access_key,
        "MINIO_ROOT_PASSWORD": store.secret_key,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
        # The folders of several drives are on one disk.
        "MINIO_CI_CD": "on",
    }
    place = str(directory) if drives == 1 else f"{directory}/drive{{1...{drives}}}"
    arguments = [str(minio_binary()), "server", place, "--address", f"127.0.0.1:{port}", "--quiet"]
    arguments += ["--console-address", f"127.0.0.1:{console}"]
    return store, arguments, environment
