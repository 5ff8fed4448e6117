"""A server whose buckets and identities are made by the Job's command, from the files that it mounts."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minio import MinioAdmin

from lakehouse.object_store_access import document
from lakehouse.quantities import Memory
from lakehouse.settings_reader import load
from odoo_lake.object_store.server import Store
from tests.agreed_rights import MATRIX
from tests.object_store import ObjectStore
from tests.program.recorder import encoded, stack_config

ALL_PRODUCTS = {"airbyte", "trino", "metastore", "dagster"}
VOLUME = Memory.parse("50Gi")


@dataclass(frozen=True)
class Provisioned:
    """A server, and the files that the Job mounts."""

    server: ObjectStore
    access: Path
    identities: Path

    def run(self) -> str:
        """The Job's command, as it is rendered."""
        done = self.attempt(self.identities)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def attempt(self, identities: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "odoo-lake"), "provision-buckets"]
        command += [f"--access={self.access}", f"--identities={identities}"]
        environment = {**self.server.environment, **variables}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def secret(self, identity: str) -> str:
        return (self.identities / identity / "secret-key").read_text()

    def client(self, identity: str, secret: str | None = None) -> Any:
        store = Store(self.server.endpoint, f"lake-{identity}", secret or self.secret(identity), "us-east-1")
        return store.s3()

    @property
    def admin(self) -> MinioAdmin:
        return Store(self.server.endpoint, self.server.access_key, self.server.secret_key, "us-east-1").admin()


def provisioned(server: ObjectStore, folder: Path) -> Provisioned:
    """Every identity on a store, with the files in a folder; a secret is `secret-of-` and the identity."""
    ready = Provisioned(server, folder / "access.json", folder / "identities")
    ready.access.write_text(access_document(ALL_PRODUCTS))
    for identity in MATRIX:
        write_secret(ready.identities, identity, f"secret-of-{identity}")
    ready.run()
    return ready


def write_secret(directory: Path, identity: str, value: str) -> None:
    (directory / identity).mkdir(parents=True, exist_ok=True)
    (directory / identity / "secret-key").write_text(value)


def access_document(products: set[str], **changes: Any) -> str:
    chosen = load(encoded(stack_config("dev", **changes)), ["lakehouse:odooPassword"])
    return document(chosen, VOLUME, products)
