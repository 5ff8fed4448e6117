"""Trials of many objects: listing, deleting in bulk, versions, and leaving nothing behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from odoo_lake.storage_check.objects import is_absent
from odoo_lake.storage_check.place import Place
from odoo_lake.storage_check.trial import Flaw, Unproven, require

LISTED = 25
PAGE = 10
DELETED, ABSENT = 60, 940
"""One request names 1,000 keys, as the lake does; to write them all would take too long on a distant store."""
_THREADS = 8


def list_after_write(place: Place) -> str:
    """A listing holds every object as soon as it is written, in order, on as many pages as it takes."""
    folder, reader = f"{place.folder}listed/", place.new_client()
    wanted = [f"{folder}{number:03}.json" for number in range(LISTED)]
    require(_listed(place, folder) == [], "a folder that nobody wrote to holds something")
    for count, key in enumerate(reversed(wanted), start=1):
        place.s3.put_object(Bucket=place.bucket, Key=key, Body=b"{}")
        found = [e["Key"] for e in reader.list_objects_v2(Bucket=place.bucket, Prefix=folder).get("Contents", [])]
        require(len(found) == count, f"after {count} writes {len(found)} objects were listed")
    found = _listed(place, folder)
    require(len(found) == LISTED, f"{len(found)} of {LISTED} objects were listed on pages of {PAGE}")
    require(found == wanted, "objects are not listed in the order of their keys")
    folders = place.s3.list_objects_v2(Bucket=place.bucket, Prefix=place.folder, Delimiter="/")
    names = [entry["Prefix"] for entry in folders.get("CommonPrefixes", [])]
    require(folder in names, "a listing with a delimiter misses a folder")
    place.s3.delete_object(Bucket=place.bucket, Key=wanted[0])
    require(_listed(place, folder) == wanted[1:], "a deleted object was still listed")
    return f"{LISTED} objects, each listed at once, pages of {PAGE} complete and in order"


def bulk_delete(place: Place) -> str:
    """One request deletes a thousand keys, those that never were among them."""
    folder = f"{place.folder}deleted/"
    keys = [f"{folder}{number:04}" for number in range(DELETED)]
    _each(lambda key: place.s3.put_object(Bucket=place.bucket, Key=key, Body=b"x"), keys)
    named = [{"Key": key} for key in (*keys, *(f"{folder}never/{number}" for number in range(ABSENT)))]
    answer = place.s3.delete_objects(Bucket=place.bucket, Delete={"Objects": named, "Quiet": True})  # type: ignore[typeddict-item]
    if errors := answer.get("Errors"):
        raise Flaw(f"{len(errors)} keys were not deleted: {errors[0].get('Code')} {errors[0].get('Message', '')}")
    left = _listed(place, folder)
    require(not left, f"{len(left)} of {DELETED} objects are still listed after their deletion was confirmed")
    require(is_absent(place, keys[0]), "an object could be read after its deletion was confirmed")
    return f"{DELETED + ABSENT:,} keys in one request"


def versioning(place: Place) -> str:
    """What was overwritten or deleted can be had back by its version."""
    status = place.s3.get_bucket_versioning(Bucket=place.bucket).get("Status")
    if status != "Enabled":
        raise Unproven(
            f"versioning is {(status or 'off').lower()} in this bucket, so nothing that is overwritten or deleted can "
            f"be restored; switch it on (`aws s3api put-bucket-versioning --bucket {place.bucket} "
            "--versioning-configuration Status=Enabled`) and try again"
        )
    key = f"{place.folder}versions"
    bodies = [b"first", b"second"]
    ids = [place.s3.put_object(Bucket=place.bucket, Key=key, Body=body).get("VersionId", "") for body in bodies]
    require(all(ids) and ids[0] != ids[1], "two writes of one key did not get two version ids")
    place.s3.delete_object(Bucket=place.bucket, Key=key)
    require(is_absent(place, key), "a deleted object could be read without naming a version")
    for version_id, body in zip(ids, bodies, strict=True):
        found = place.s3.get_object(Bucket=place.bucket, Key=key, VersionId=version_id)["Body"].read()
        require(found == body, f"a version that held {body!r} came back as {found[:50]!r}")
    listed = place.s3.list_object_versions(Bucket=place.bucket, Prefix=key)
    versions, markers = listed.get("Versions", []), listed.get("DeleteMarkers", [])
    require({entry["VersionId"] for entry in versions} == set(ids), "the versions of an object are not listed")
    require([entry["IsLatest"] for entry in markers] == [True], "a deletion is not listed as the latest version")
    marker = markers[0]["VersionId"]
    place.s3.delete_object(Bucket=place.bucket, Key=key, VersionId=marker)
    found = place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].read()
    require(found == bodies[1], "removing the delete marker did not bring the object back")
    return "overwritten and deleted, both versions read back, the deletion undone"


def clean_up(place: Place) -> str:
    """Delete all that was written, its versions and unfinished uploads too."""
    for upload in _uploads(place):
        place.s3.abort_multipart_upload(Bucket=place.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    # One by one: the deletion in bulk is on trial itself.
    _each(lambda named: place.s3.delete_object(Bucket=place.bucket, **named), written := _written(place))
    left = [named["Key"] for named in _written(place)] + [upload["Key"] for upload in _uploads(place)]
    require(not left, f"{len(left)} of {len(written)} objects stayed below {place.url}: delete them by hand")
    return f"{len(written)} objects and versions deleted"


def _written(place: Place) -> list[dict[str, str]]:
    """Every version below the folder, where the store can list them, and every object."""
    from botocore.exceptions import ClientError

    named: list[dict[str, str]] = []
    try:
        for page in place.s3.get_paginator("list_object_versions").paginate(Bucket=place.bucket, Prefix=place.folder):
            entries = (*page.get("Versions", []), *page.get("DeleteMarkers", []))
            named += [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
    except ClientError:
        # A store without versions need not know this request.
        named = []
    if not named:
        named = [{"Key": key} for key in _listed(place, place.folder)]
    return named


def _uploads(place: Place) -> list[Any]:
    from botocore.exceptions import ClientError

    try:
        pages = place.s3.get_paginator("list_multipart_uploads").paginate(Bucket=place.bucket, Prefix=place.folder)
        return [upload for page in pages for upload in page.get("Uploads", [])]
    except ClientError:
        return []


def _listed(place: Place, prefix: str) -> list[str]:
    pages = place.s3.get_paginator("list_objects_v2").paginate(
        Bucket=place.bucket, Prefix=prefix, PaginationConfig={"PageSize": PAGE}
    )
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def _each(action: Any, items: list[Any]) -> None:
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(action, items))
