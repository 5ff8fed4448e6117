"""Buckets and identities as the provider's resources state them, applied to a real server: the same matrix."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from odoo_lake.object_store.server import Store
from tests.agreed_rights import BUCKETS, MATRIX, PREFIXES
from tests.lake.store.test_object_store_access import attempts, expected
from tests.object_store import ObjectStore, object_store
from tests.program.recorder import Program, run_program, stack_config

EVERY_PREFIX = ("", "dagster/", "postgres/", "lake/")


@dataclass(frozen=True)
class Made:
    """A server, and the secret key of each user on it."""

    server: ObjectStore
    secrets: dict[str, str]

    def client(self, identity: str) -> Any:
        name = f"lake-{identity}"
        return Store(self.server.endpoint, name, self.secrets[name], "us-east-1").s3()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    store = {"provisioner": "provider", "providerEndpoint": "https://minio.example.internal"}
    program = run_program(stack_config("staging", objectStore=store), stack="staging")
    with object_store(tmp_path_factory.mktemp("store")) as server:
        made = Made(server, _apply(program, server))
        for bucket, prefix in itertools.product(BUCKETS, EVERY_PREFIX):
            server.client.put_object(Bucket=bucket, Key=f"{prefix}there", Body=b"x")
        yield made


def _apply(program: Program, server: ObjectStore) -> dict[str, str]:
    """What the provider does with its resources; it is no package of a registry."""
    admin = Store(server.endpoint, server.access_key, server.secret_key, "us-east-1").admin()
    for bucket in program.of("S3Bucket"):
        server.client.create_bucket(Bucket=bucket.manifest["bucket"])
    for versioning in program.of("S3BucketVersioning"):
        status = versioning.manifest["versioningConfiguration"]["status"]
        server.client.put_bucket_versioning(
            Bucket=versioning.manifest["bucket"], VersioningConfiguration={"Status": status}
        )
    for policy in program.of("IamPolicy"):
        admin.policy_add(policy.manifest["name"], policy=json.loads(policy.manifest["policy"]))
    users = {user.manifest["name"]: user.manifest["secret"] for user in program.of("IamUser")}
    for name, secret in users.items():
        admin.user_add(name, secret)
    for attached in program.of("IamUserPolicyAttachment"):
        admin.policy_set(attached.manifest["policyName"], user=attached.manifest["userName"])
    return users


@pytest.mark.parametrize(("identity", "bucket"), list(itertools.product(MATRIX, BUCKETS)))
def test_a_cell_of_the_matrix(made: Made, identity: str, bucket: str) -> None:
    client = made.client(identity)
    prefixes = PREFIXES.get((identity, bucket), EVERY_PREFIX)
    for prefix in EVERY_PREFIX:
        inside = expected(MATRIX[identity].get(bucket, "") if prefix in prefixes else "")
        assert attempts(client, bucket, prefix, f"by-{identity}") == inside, prefix


def test_nobody_else_is_there(made: Made) -> None:
    admin = Store(made.server.endpoint, made.server.access_key, made.server.secret_key, "us-east-1").admin()
    assert set(json.loads(admin.user_list())) == {f"lake-{identity}" for identity in MATRIX}
