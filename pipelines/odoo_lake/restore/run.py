"""Carry out a plan: copies within the store, then proof that every object is the one wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from odoo_lake.errors import UserError
from odoo_lake.extract.run import LOCK
from odoo_lake.lake.lock import exclusive
from odoo_lake.lake.store import S3Store
from odoo_lake.object_store.histories import Version
from odoo_lake.pipeline import BUILD_LOCK
from odoo_lake.restore.place import Folder, check_versions_reach
from odoo_lake.restore.plan import Plan, Step, plan_restore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

THREADS = 8
_READ_BYTES = 1 << 20


@dataclass(frozen=True)
class Restored:
    """What a restoration came to."""

    plan: Plan
    differences: tuple[str, ...] = ()
    """Keys that are not what they were, with what is wrong; empty when all is equal."""


def restore(
    s3: S3Client,
    source: Folder,
    moment: datetime,
    *,
    into: Folder | None = None,
    dry_run: bool = False,
    is_scratch: bool = False,
) -> Restored:
    """Bring `source` to its state at `moment`, in place or in an empty folder, and compare every object.

    A scratch folder belongs to nobody else, so that no writer of the lake has to stand still for it.

    Nothing is lost: what is replaced or deleted stays as a version. Raises UserError when versions do not reach so
    far, nothing was there, or somebody writes the lake.
    """
    check_versions_reach(s3, source.bucket, moment)
    target = into or source
    if dry_run:
        return Restored(plan_restore(s3, source, target, moment))
    with _nobody_writes(s3, target) if into is None and not is_scratch else ExitStack():
        plan = plan_restore(s3, source, target, moment)
        carry_out(s3, plan)
        return Restored(plan, tuple(differences(s3, plan)))


def carry_out(s3: S3Client, plan: Plan) -> None:
    """Take the steps; those that make visible wait for all before them."""

    def take(step: Step) -> None:
        if step.version is None:
            s3.delete_object(Bucket=plan.target.bucket, Key=step.target_key)
            return
        # A managed copy: within the store, in parts where it is large.
        s3.copy(
            {"Bucket": plan.source.bucket, "Key": step.source_key, "VersionId": step.version.version_id},
            plan.target.bucket,
            step.target_key,
        )

    steps = plan.steps
    with ThreadPoolExecutor(THREADS) as threads:
        for is_write in (True, False):
            for makes_visible in (not is_write, is_write):
                chosen = [s for s in steps if (s.version is not None) == is_write and s.makes_visible == makes_visible]
                list(threads.map(take, chosen))


def differences(s3: S3Client, plan: Plan) -> Iterator[str]:
    """Compare what is there now with what was wanted: the keys, sizes, and the bytes of all that was written."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=plan.target.bucket, Prefix=plan.target.start)
    present = {entry["Key"]: entry for page in pages for entry in page.get("Contents", [])}
    written = {step.source_key for step in plan.writes}
    for key, version in plan.wanted.items():
        target_key = plan.target_key(key)
        entry = present.pop(target_key, None)
        if entry is None:
            yield f"{target_key} is missing"
        elif entry["Size"] != version.size:
            yield f"{target_key} has {entry['Size']} bytes instead of {version.size}"
        elif key in written and not _same_bytes(s3, plan, key, version):
            yield f"{target_key} holds other bytes than version {version.version_id}"
    for step in plan.deletions:
        if step.target_key in present:
            yield f"{step.target_key} is still there"


def _same_bytes(s3: S3Client, plan: Plan, key: str, version: Version) -> bool:
    wanted = s3.get_object(Bucket=plan.source.bucket, Key=key, VersionId=version.version_id)["Body"]
    found = s3.get_object(Bucket=plan.target.bucket, Key=plan.target_key(key))["Body"]
    return _digest(wanted.iter_chunks(_READ_BYTES)) == _digest(found.iter_chunks(_READ_BYTES))


def _digest(blocks: Iterator[bytes]) -> bytes:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.digest()


@contextmanager
def _nobody_writes(s3: S3Client, target: Folder) -> Iterator[None]:
    """Hold the lease of the extraction, or of builds, while a bucket of the lake is restored in place."""
    name, _, layer = target.bucket.rpartition("-")
    leases = {"bronze": ("bronze", LOCK), "silver": ("gold", BUILD_LOCK), "gold": ("gold", BUILD_LOCK)}
    if layer not in leases:
        yield
        return
    holder, lock = leases[layer]
    with exclusive(S3Store(f"{name}-{holder}", s3), lock):
        yield


def check_equal(restored: Restored) -> None:
    """Raise UserError when the restoration did not bring back what was there."""
    if restored.differences:
        raise UserError(
            f"{len(restored.differences)} of {len(restored.plan.wanted)} objects are not what they were: "
            f"{'; '.join(restored.differences[:5])}.",
            "The folder can't be relied on.",
            "Run it again; if it stays so, copy from the backup.",
        )
