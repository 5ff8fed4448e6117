"""Buckets and identities on a real server: every cell of the matrix, rotation, idempotence, drift."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from minio.error import MinioAdminException

from odoo_lake.object_store.server import Store
from tests.agreed_rights import BUCKETS, MATRIX, PREFIXES
from tests.lake import provisioned_store
from tests.lake.provisioned_store import ALL_PRODUCTS, Provisioned, access_document, write_secret
from tests.object_store import object_store


@pytest.fixture(scope="module")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provisioned]:
    files = tmp_path_factory.mktemp("access")
    with object_store(tmp_path_factory.mktemp("store")) as server:
        ready = provisioned_store.provisioned(server, files)
        for bucket in BUCKETS:
            for prefix in ("", "dagster/", "postgres/", "lake/"):
                server.client.put_object(Bucket=bucket, Key=f"{prefix}there", Body=b"x")
        yield ready


def allowed(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDenied":
            return False
        raise
    return True


def attempts(client: Any, bucket: str, prefix: str, name: str) -> dict[str, bool]:
    """What works: each action on its own object below the prefix."""
    key = f"{prefix}{name}"

    def multipart() -> None:
        upload = client.create_multipart_upload(Bucket=bucket, Key=f"{key}-parts")["UploadId"]
        part = client.upload_part(Bucket=bucket, Key=f"{key}-parts", UploadId=upload, PartNumber=1, Body=b"part")
        client.list_parts(Bucket=bucket, Key=f"{key}-parts", UploadId=upload)
        client.complete_multipart_upload(
            Bucket=bucket,
            Key=f"{key}-parts",
            UploadId=upload,
            MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]},
        )

    return {
        "list": allowed(lambda: client.list_objects_v2(Bucket=bucket, Prefix=prefix)),
        "get": allowed(lambda: client.get_object(Bucket=bucket, Key=f"{prefix}there")),
        "put": allowed(lambda: client.put_object(Bucket=bucket, Key=key, Body=b"x")),
        "multipart": allowed(multipart),
        "delete": allowed(lambda: client.delete_object(Bucket=bucket, Key=key)),
    }


def expected(rights: str) -> dict[str, bool]:
    return {
        "list": "R" in rights,
        "get": "R" in rights,
        "put": "W" in rights,
        "multipart": "W" in rights,
        "delete": "D" in rights,
    }


@pytest.mark.parametrize(("identity", "bucket"), list(itertools.product(MATRIX, BUCKETS)))
def test_a_cell_of_the_matrix(provisioned: Provisioned, identity: str, bucket: str) -> None:
    client = provisioned.client(identity)
    rights = MATRIX[identity].get(bucket, "")
    prefixes = PREFIXES.get((identity, bucket), ("", "dagster/", "postgres/", "lake/"))
    for prefix in ("", "dagster/", "postgres/", "lake/"):
        inside = expected(rights if prefix in prefixes else "")
        assert attempts(client, bucket, prefix, f"by-{identity}") == inside, prefix


@pytest.mark.parametrize("identity", MATRIX)
def test_no_identity_administers(provisioned: Provisioned, identity: str) -> None:
    client = provisioned.client(identity)
    store = Store(provisioned.server.endpoint, f"lake-{identity}", provisioned.secret(identity), "us-east-1")
    bucket = next(iter(MATRIX[identity]))
    assert not allowed(lambda: client.create_bucket(Bucket="another"))
    assert not allowed(lambda: client.delete_bucket(Bucket=bucket))
    assert not allowed(
        lambda: client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    )
    assert not allowed(lambda: client.put_bucket_policy(Bucket=bucket, Policy="{}"))
    assert not allowed(lambda: client.delete_bucket_lifecycle(Bucket=bucket))
    admin = store.admin()
    for request in (
        admin.user_list,
        admin.info,
        admin.policy_list,
        lambda: admin.user_add("x", "y" * 12),
        lambda: admin.user_add(f"lake-{identity}", "a-secret-of-its-own"),
        lambda: admin.user_info("lake-transform"),
        lambda: admin.policy_set("readwrite", user=f"lake-{identity}"),
        lambda: admin.bucket_quota_set(bucket, 1),
        lambda: admin.add_service_account(access_key="another-key", secret_key="y" * 12, name="kept"),
    ):
        with pytest.raises(MinioAdminException, match="AccessDenied"):
            request()


@pytest.mark.parametrize("identity", MATRIX)
def test_temporary_keys_open_nothing(provisioned: Provisioned, identity: str) -> None:
    """The server hands them to any user, and they outlive the user's secret key."""
    tokens = boto3.client(
        "sts",
        endpoint_url=provisioned.server.endpoint,
        aws_access_key_id=f"lake-{identity}",
        aws_secret_access_key=provisioned.secret(identity),
        region_name="us-east-1",
    )
    given = tokens.assume_role(RoleArn="arn:aws:iam::1:role/any", RoleSessionName="test")["Credentials"]
    client = boto3.client(
        "s3",
        endpoint_url=provisioned.server.endpoint,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name="us-east-1",
    )
    for bucket in BUCKETS:
        for prefix in ("", "dagster/", "postgres/", "lake/"):
            assert not any(attempts(client, bucket, prefix, f"by-{identity}").values()), (bucket, prefix)


def test_an_older_version_cannot_be_destroyed(provisioned: Provisioned) -> None:
    """Versioning protects bronze only if the one who may delete cannot delete versions."""
    server = provisioned.server.client
    server.put_object(Bucket="odoo-lake-bronze", Key="kept", Body=b"first")
    version = server.list_object_versions(Bucket="odoo-lake-bronze", Prefix="kept")["Versions"][0]["VersionId"]
    client = provisioned.client("airbyte-destination")
    client.delete_object(Bucket="odoo-lake-bronze", Key="kept")
    assert not allowed(lambda: client.delete_object(Bucket="odoo-lake-bronze", Key="kept", VersionId=version))
    found = server.get_object(Bucket="odoo-lake-bronze", Key="kept", VersionId=version)
    assert found["Body"].read() == b"first"


def test_versioning_lifecycle_and_quota_are_read_back(provisioned: Provisioned) -> None:
    client, admin = provisioned.server.client, provisioned.admin
    versioned = {b for b in BUCKETS if client.get_bucket_versioning(Bucket=b).get("Status") == "Enabled"}
    assert versioned == {"odoo-lake-bronze", "odoo-lake-backup"}
    rules = {
        bucket: client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        for bucket in ("odoo-lake-bronze", "odoo-lake-airbyte", "odoo-lake-backup")
    }
    assert [r["NoncurrentVersionExpiration"]["NoncurrentDays"] for r in rules["odoo-lake-bronze"]] == [7]
    assert [r["Expiration"]["Days"] for r in rules["odoo-lake-airbyte"]] == [30]
    assert {r["Filter"]["Prefix"]: r["Expiration"].get("Days") for r in rules["odoo-lake-backup"]} == {
        "": None,
        "dagster/": 60,
    }
    quotas = {bucket: json.loads(admin.bucket_quota_get(bucket))["quota"] for bucket in BUCKETS}
    assert quotas["odoo-lake-bronze"] == 15 * 1024**3, "30 % of the volume"
    assert sum(quotas.values()) <= 50 * 1024**3


def test_a_second_run_changes_nothing(provisioned: Provisioned) -> None:
    assert provisioned.run() == "nothing changed\n"


def test_drift_is_put_right(provisioned: Provisioned) -> None:
    client, admin = provisioned.server.client, provisioned.admin
    everything = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}],
    }
    admin.policy_add("lake-analyst", policy=everything)
    admin.policy_set("readwrite", user="lake-extractor")
    admin.user_disable("lake-transform")
    admin.user_remove("lake-trino")
    admin.user_add("lake-intruder", "intruder-secret")
    admin.policy_add("lake-intruder", policy=everything)
    admin.policy_set("readwrite", user="lake-backup")
    backup = Store(provisioned.server.endpoint, "lake-backup", provisioned.secret("backup"), "us-east-1").admin()
    backup.add_service_account(access_key="second-key", secret_key="y" * 12, name="kept")
    admin.bucket_quota_set("odoo-lake-gold", 1024**4)
    client.put_bucket_versioning(Bucket="odoo-lake-bronze", VersioningConfiguration={"Status": "Suspended"})
    client.delete_bucket_lifecycle(Bucket="odoo-lake-backup")
    client.put_bucket_lifecycle_configuration(
        Bucket="odoo-lake-silver",
        LifecycleConfiguration={
            "Rules": [{"ID": "mine", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]
        },
    )
    changes = provisioned.run()
    for line in (
        "policy lake-analyst: set",
        "identity lake-extractor: policy attached",
        "identity lake-transform: given its secret key",
        "identity lake-trino: created",
        "identity lake-intruder: removed",
        "policy lake-intruder: removed",
        "identity lake-backup: further key second-key removed",
        "bucket odoo-lake-gold: quota",
        "bucket odoo-lake-bronze: versioning enabled",
        "bucket odoo-lake-backup: lifecycle set",
        "bucket odoo-lake-silver: lifecycle set",
    ):
        assert line in changes
    assert provisioned.run() == "nothing changed\n"
    for identity in ("analyst", "extractor", "transform", "trino"):
        for bucket in BUCKETS:
            rights = expected(MATRIX[identity].get(bucket, ""))
            assert attempts(provisioned.client(identity), bucket, "", f"again-{identity}") == rights


def test_a_rotated_key_stops_working(provisioned: Provisioned) -> None:
    old = provisioned.secret("analyst")
    write_secret(provisioned.identities, "analyst", "rotated-secret-of-analyst")
    assert "identity lake-analyst: given its secret key" in provisioned.run()
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        provisioned.client("analyst", old).list_objects_v2(Bucket="odoo-lake-gold")
    assert provisioned.client("analyst").list_objects_v2(Bucket="odoo-lake-gold")["KeyCount"] > 0


def test_identities_of_absent_products_are_removed(provisioned: Provisioned) -> None:
    before = provisioned.access.read_text()
    provisioned.access.write_text(access_document({"airbyte"}))
    assert "identity lake-trino: removed" in provisioned.run()
    users = json.loads(provisioned.admin.user_list())
    assert set(users) == {f"lake-{n}" for n in MATRIX} - {"lake-trino", "lake-metastore", "lake-dagster"}
    provisioned.access.write_text(before)
    provisioned.run()


def test_a_longer_retention_reaches_the_server(provisioned: Provisioned) -> None:
    before = provisioned.access.read_text()
    provisioned.access.write_text(access_document(ALL_PRODUCTS, retention={"noncurrentVersionDays": 30}))
    provisioned.run()
    rules = provisioned.server.client.get_bucket_lifecycle_configuration(Bucket="odoo-lake-bronze")["Rules"]
    assert rules[0]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    provisioned.access.write_text(before)
    provisioned.run()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong-secret"}, ["refused the administrator", "minio-root"]),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, ["does not answer", "kubectl -n lake-minio get pods"]),
        ({"AWS_ENDPOINT_URL": ""}, ["AWS_ENDPOINT_URL is not set"]),
    ],
)
def test_a_failure_is_explained(provisioned: Provisioned, variables: dict[str, str], words: list[str]) -> None:
    done = provisioned.attempt(provisioned.identities, **variables)
    assert done.returncode == 2
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_secret_is_named(provisioned: Provisioned, tmp_path: Path) -> None:
    done = provisioned.attempt(tmp_path)
    assert done.returncode == 2
    assert "Mount the secret minio-extractor there" in done.stderr
