"""Buckets with their versioning, lifecycle and quota. A bucket is never deleted, nor is an object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from odoo_lake.object_store.access import Bucket

if TYPE_CHECKING:
    from minio import MinioAdmin
    from mypy_boto3_s3 import S3Client


def provision_bucket(s3: S3Client, admin: MinioAdmin, bucket: Bucket) -> Iterator[str]:
    """Bring one bucket to what it should be; yields each change that was made."""
    if not _exists(s3, bucket.name):
        s3.create_bucket(Bucket=bucket.name)
        yield f"bucket {bucket.name}: created"
    if _versioned(s3, bucket.name) != bucket.versioned:
        status: Literal["Enabled", "Suspended"] = "Enabled" if bucket.versioned else "Suspended"
        s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": status})
        yield f"bucket {bucket.name}: versioning {status.lower()}"
    rules = lifecycle_rules(bucket)
    if _lifecycle(s3, bucket.name) != {rule["ID"]: _comparable(rule) for rule in rules}:
        if rules:
            s3.put_bucket_lifecycle_configuration(Bucket=bucket.name, LifecycleConfiguration={"Rules": rules})
        else:
            s3.delete_bucket_lifecycle(Bucket=bucket.name)
        yield f"bucket {bucket.name}: lifecycle set"
    if json.loads(admin.bucket_quota_get(bucket.name)).get("quota", 0) != bucket.quota_bytes:
        admin.bucket_quota_set(bucket.name, bucket.quota_bytes)
        yield f"bucket {bucket.name}: quota {bucket.quota_bytes} bytes"


def lifecycle_rules(bucket: Bucket) -> list[Any]:
    """Replaced versions and lone delete markers go after a while; objects below some prefixes too."""
    rules: list[Any] = []
    if bucket.noncurrent_version_days is not None:
        rules.append(
            {
                "ID": "noncurrent-versions",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "NoncurrentVersionExpiration": {"NoncurrentDays": bucket.noncurrent_version_days},
                "Expiration": {"ExpiredObjectDeleteMarker": True},
            }
        )
    for prefix, days in sorted(bucket.expire_after_days.items()):
        name = f"expire-{prefix.strip('/').replace('/', '-')}"
        rules.append({"ID": name, "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": days}})
    return rules


def _exists(s3: S3Client, name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
            return False
        raise
    return True


def _versioned(s3: S3Client, name: str) -> bool:
    return s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled"


def _lifecycle(s3: S3Client, name: str) -> dict[str, Any]:
    try:
        found = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            return {}
        raise
    return {rule["ID"]: _comparable(rule) for rule in found}


def _comparable(rule: Any) -> tuple[Any, ...]:
    """What a rule does, without the forms in which servers write defaults."""
    expiration = rule.get("Expiration") or {}
    return (
        rule["Status"],
        (rule.get("Filter") or {}).get("Prefix", rule.get("Prefix", "")),
        expiration.get("Days"),
        bool(expiration.get("ExpiredObjectDeleteMarker")),
        (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays"),
    )
