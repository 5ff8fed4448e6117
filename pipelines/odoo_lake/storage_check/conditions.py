"""Trials of writes under a condition, which locks and Delta's commits stand on."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from odoo_lake.storage_check.place import Place
from odoo_lake.storage_check.trial import require

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

COMMITS_PER_WRITER = 15
WRITERS = ("a", "b")
_CONFLICT, _PRECONDITION_FAILED = 409, 412


def conditional_put(place: Place) -> str:
    """If-None-Match: an object that is there is not written over."""
    key = f"{place.folder}put-once"
    require(
        _put(place.s3, place.bucket, key, b"first", IfNoneMatch="*"),
        "If-None-Match refused to write an object that is not there",
    )
    require(
        not _put(place.s3, place.bucket, key, b"second", IfNoneMatch="*"),
        "If-None-Match is ignored: an object was written over",
    )
    found = place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].read()
    require(found == b"first", "a write that was refused by If-None-Match changed the object")
    return "the second writer is refused"


def conditional_replace(place: Place) -> str:
    """If-Match: only who knows the object's state replaces it."""
    key = f"{place.folder}lease"
    old = place.s3.put_object(Bucket=place.bucket, Key=key, Body=b"first")["ETag"]
    require(_put(place.s3, place.bucket, key, b"second", IfMatch=old), "If-Match refused the object's own ETag")
    require(
        not _put(place.s3, place.bucket, key, b"third", IfMatch=old),
        "If-Match is ignored: a changed object was written over",
    )
    found = place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].read()
    require(found == b"second", "a write that was refused by If-Match changed the object")
    return "who holds an old ETag is refused"


def concurrent_commits(place: Place) -> str:
    """Two writers of one Delta log: every commit takes the next version, none is lost or written over."""
    log = f"{place.folder}table/_delta_log"
    start = threading.Barrier(len(WRITERS))

    def write(writer: str) -> int:
        try:
            return commit_all(place.new_client(), writer)
        except BaseException:
            # The other one would wait for this one.
            start.abort()
            raise

    def commit_all(s3: S3Client, writer: str) -> int:
        version, conflicts = 0, 0
        for number in range(COMMITS_PER_WRITER):
            # Delta's commit: a file of JSON lines named by the version, put only if nobody else has put it.
            body = json.dumps({"commitInfo": {"writer": writer, "number": number}}).encode()
            start.wait(60)
            while not _put(s3, place.bucket, f"{log}/{version:020}.json", body, IfNoneMatch="*"):
                version, conflicts = version + 1, conflicts + 1
                require(version < len(WRITERS) * COMMITS_PER_WRITER, "a free version of the log was refused")
            version += 1
        return conflicts

    with ThreadPoolExecutor(len(WRITERS)) as threads:
        futures = [threads.submit(write, writer) for writer in WRITERS]
        failures = [failure for future in futures if (failure := future.exception()) is not None]
        for failure in sorted(failures, key=lambda one: isinstance(one, threading.BrokenBarrierError)):
            raise failure
        conflicts = sum(future.result() for future in futures)

    found = []
    for version in range(len(WRITERS) * COMMITS_PER_WRITER):
        try:
            entry = place.s3.get_object(Bucket=place.bucket, Key=f"{log}/{version:020}.json")
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            continue
        commit = json.loads(entry["Body"].read())["commitInfo"]
        found.append((commit["writer"], commit["number"]))
    wanted = {(writer, number) for writer in WRITERS for number in range(COMMITS_PER_WRITER)}
    lost = wanted - set(found)
    require(not lost, f"{len(lost)} of {len(wanted)} commits of two writers were lost: one wrote over the other's")
    require(len(found) == len(wanted), "a commit stands in the log twice")
    return f"{len(wanted)} commits of two writers, {conflicts} conflicts, none lost"


def _put(s3: S3Client, bucket: str, key: str, body: bytes, **condition: str) -> bool:
    """Whether the object was written; False when the store refused it for its condition."""
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=body, **condition)  # type: ignore[arg-type]
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in {_CONFLICT, _PRECONDITION_FAILED}:
            return False
        raise
    return True
