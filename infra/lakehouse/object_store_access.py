"""The one list of buckets, identities and what each identity may do; both provisioners read it.

It says nothing about how a bucket or an identity is made, and holds no secret.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .quantities import Memory
from .settings import Settings, StoreName, Topology

# MinIO keeps two of four drives' worth of parity, so that two servers may fail for reads.
USABLE_PERCENT = {Topology.SINGLE: 100, Topology.DISTRIBUTED: 50}
IDENTITY_PREFIX = "lake-"
# Clients ask for the region first, and a drill whether versions are kept.
ABOUT = ("s3:GetBucketLocation", "s3:GetBucketVersioning")
READ = ("s3:GetObject", "s3:GetObjectVersion")
WRITE = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
DELETE = ("s3:DeleteObject",)
# What MinIO lets every user do unless it is denied: change the own secret key, and make further keys of the own rights.
# Such a key outlives a rotation, and so do temporary ones, which nothing here uses.
NO_KEYS_OF_ITS_OWN: tuple[dict[str, Any], ...] = (
    {"Effect": "Deny", "Action": ["admin:*"]},
    {
        "Effect": "Deny",
        "Action": ["s3:*"],
        "Resource": ["arn:aws:s3:::*"],
        "Condition": {"StringEquals": {"aws:principaltype": ["AssumedRole"]}},
    },
)


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """`quota_percent` is the share of the usable volume; `expire_after_days` deletes objects, by prefix."""

    name: str
    quota_percent: int
    versioned: bool = False
    expire_after_days: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Grant:
    """R list and get, W put and multipart, D delete; on the whole bucket, or below `prefixes`."""

    bucket: str
    rights: str
    prefixes: tuple[str, ...] = ("",)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A user of the store. `quotas` are those whose namespaces hold its keys.

    `product` is the quota whose absence makes it needless; None where it is always needed.
    """

    name: str
    grants: tuple[Grant, ...]
    quotas: tuple[str, ...] = ()
    product: str | None = None

    @property
    def access_key(self) -> str:
        return IDENTITY_PREFIX + self.name

    @property
    def secret_name(self) -> str:
        return f"minio-{self.name}"


BRONZE, SILVER, GOLD = "odoo-lake-bronze", "odoo-lake-silver", "odoo-lake-gold"
AIRBYTE, BACKUP = "odoo-lake-airbyte", "odoo-lake-backup"
# Trino keeps results of queries there until they are read; what a stopped server left behind goes after a day.
EXCHANGE_PREFIX = "_exchange/"

# Bronze and backups cannot be made again, so a deleted or overwritten object stays for a while. Silver and gold are
# rebuilt from bronze: versions of them would only fill the volume. Backups hold a copy of bronze beside PostgreSQL's.
BUCKETS: tuple[Bucket, ...] = (
    Bucket(name=BRONZE, quota_percent=30, versioned=True),
    Bucket(name=SILVER, quota_percent=15, expire_after_days=((EXCHANGE_PREFIX, 1),)),
    Bucket(name=GOLD, quota_percent=10),
    Bucket(name=AIRBYTE, quota_percent=5, expire_after_days=(("job-logging/", 30),)),
    Bucket(name=BACKUP, quota_percent=40, versioned=True, expire_after_days=(("dagster/", 60),)),
)

_TRANSFORMS = (
    Grant(bucket=BRONZE, rights="R"),
    Grant(bucket=SILVER, rights="RWD"),
    Grant(bucket=GOLD, rights="RWD"),
)
IDENTITIES: tuple[Identity, ...] = (
    Identity(name="extractor", quotas=("dbt",), grants=(Grant(bucket=BRONZE, rights="RW"),)),
    Identity(
        name="airbyte-destination",
        quotas=("airbyte",),
        grants=(Grant(bucket=BRONZE, rights="RWD"),),
        product="airbyte",
    ),
    Identity(
        name="airbyte-platform",
        quotas=("airbyte",),
        grants=(Grant(bucket=AIRBYTE, rights="RWD"),),
        product="airbyte",
    ),
    Identity(name="transform", quotas=("dbt",), grants=_TRANSFORMS),
    Identity(name="trino", quotas=("trino",), grants=_TRANSFORMS, product="trino"),
    Identity(name="metastore", quotas=("metastore",), grants=_TRANSFORMS, product="metastore"),
    Identity(
        name="dagster",
        quotas=("dagster",),
        grants=(Grant(bucket=BACKUP, rights="RWD", prefixes=("dagster/",)),),
        product="dagster",
    ),
    Identity(
        name="backup",
        quotas=("postgres",),
        grants=(
            Grant(bucket=BRONZE, rights="R"),
            Grant(bucket=SILVER, rights="R"),
            Grant(bucket=GOLD, rights="R"),
            Grant(bucket=BACKUP, rights="RWD", prefixes=("postgres/", "lake/")),
        ),
    ),
    # For the company's own programs: nothing here holds its keys.
    Identity(name="analyst", grants=(Grant(bucket=GOLD, rights="R"),)),
)


def identities(products: Collection[str]) -> tuple[Identity, ...]:
    """Those whose product is installed."""
    return tuple(i for i in IDENTITIES if i.product is None or i.product in products)


def key_readers(namespaces: Mapping[str, str]) -> dict[str, set[str]]:
    """Which namespaces hold which identity's keys; `namespaces` are those of this stack's quotas, by quota."""
    return {
        identity.name: {namespaces[quota] for quota in identity.quotas if quota in namespaces}
        for identity in IDENTITIES
    }


def policy(identity: Identity, *, read_only: bool = False) -> dict[str, Any]:
    """The identity's policy document; what it does not name is denied.

    `read_only` leaves of each grant only the reading: in a store whose data moves to another one.
    """
    statements: list[dict[str, Any]] = []
    for grant in identity.grants:
        rights = grant.rights.replace("W", "").replace("D", "") if read_only else grant.rights
        bucket = f"arn:aws:s3:::{grant.bucket}"
        objects = [f"{bucket}/{prefix}*" for prefix in grant.prefixes]
        if "R" in rights:
            listing: dict[str, Any] = _statement(("s3:ListBucket",), [bucket])
            if grant.prefixes != ("",):
                listing["Condition"] = {"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in grant.prefixes]}}
            statements += [listing, _statement(ABOUT, [bucket]), _statement(READ, objects)]
        if "W" in rights:
            statements.append(_statement(("s3:ListBucketMultipartUploads",), [bucket]))
            statements.append(_statement(WRITE, objects))
        if "D" in rights:
            statements.append(_statement(DELETE, objects))
            # MinIO lets whoever may delete an object also destroy its older versions, unless that is denied.
            # No policy denies MinIO's own force-delete header, which takes all versions; the backup's copy is for that.
            statements.append(_statement(("s3:DeleteObjectVersion",), objects, effect="Deny"))
    return {"Version": "2012-10-17", "Statement": [*statements, *NO_KEYS_OF_ITS_OWN]}


def _statement(actions: tuple[str, ...], resources: list[str], effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Action": list(actions), "Resource": resources}


def quota(bucket: Bucket, volume: Memory, topology: Topology) -> Memory:
    """How full the bucket may get; together they leave room for the store's own metadata."""
    return volume.share(USABLE_PERCENT[topology]).share(bucket.quota_percent)


def document(
    settings: Settings,
    volume: Memory,
    products: Collection[str],
    *,
    store: StoreName = StoreName.FIRST,
    read_only: bool = False,
) -> str:
    """What the in-cluster provisioner is given, as JSON: every bucket and identity, ready to be applied.

    `volume` is what the store's servers have together; `read_only` takes the right to write from every identity.
    """
    topology = settings.topology_of(store)
    days = settings.retention.noncurrent_version_days
    return json.dumps(
        {
            "buckets": [
                {
                    "name": bucket.name,
                    "versioned": bucket.versioned,
                    "noncurrentVersionDays": days if bucket.versioned else None,
                    "expireAfterDays": dict(bucket.expire_after_days),
                    "quotaBytes": quota(bucket, volume, topology).mib * 1024 * 1024,
                }
                for bucket in BUCKETS
            ],
            "identities": [
                {
                    "name": identity.name,
                    "accessKey": identity.access_key,
                    "policy": policy(identity, read_only=read_only),
                }
                for identity in identities(products)
            ],
            "identityPrefix": IDENTITY_PREFIX,
        },
        indent=2,
    )
