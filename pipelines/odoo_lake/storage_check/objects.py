"""Trials of single objects: addresses, reading what was written, ranges, parts, size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial

from botocore.exceptions import ClientError

from odoo_lake.storage_check.place import Place
from odoo_lake.storage_check.trial import require

MIB = 1 << 20
PART_BYTES = 5 * MIB
"""The smallest part that S3 takes, but for the last one."""
LARGE_PART_BYTES = 16 * MIB
OVERWRITES = 20
# Hive partitions, DuckDB's and Trino's file names, and what a careless user makes of a table's name.
ODD_NAMES = ("run_id=2026-01-01T00:00:00/part-0.parquet", "a b+c%20.json", "ü €/~x'(1).json", "_delta_log/0.json")


def path_style(place: Place) -> str:
    """The bucket stands in the path, in requests that are signed with Signature Version 4."""
    for name in ODD_NAMES:
        key = f"{place.folder}names/{name}"
        place.s3.put_object(Bucket=place.bucket, Key=key, Body=name.encode())
        found = place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].read()
        require(found == name.encode(), f"{name!r} came back as {found[:50]!r}")
    return f"{len(ODD_NAMES)} objects with characters that need quoting"


def read_after_write(place: Place) -> str:
    """A reader sees an overwritten object's new bytes at once, and a deleted one no more."""
    key, reader = f"{place.folder}overwritten", place.new_client()
    for number in range(OVERWRITES):
        body = f"state {number}".encode()
        place.s3.put_object(Bucket=place.bucket, Key=key, Body=body)
        found = reader.get_object(Bucket=place.bucket, Key=key)["Body"].read()
        require(found == body, f"{found[:50]!r} was read after {body!r} had been written")
    place.s3.delete_object(Bucket=place.bucket, Key=key)
    require(is_absent(place, key), "an object could be read after it had been deleted")
    return f"{OVERWRITES} overwrites and a deletion, each seen at once"


def ranged_read(place: Place) -> str:
    """Parts of an object: its end, as Parquet's footer is read, and the middle."""
    key, body = f"{place.folder}ranges", bytes(range(256)) * 16
    place.s3.put_object(Bucket=place.bucket, Key=key, Body=body)
    for header, wanted in (("bytes=-8", body[-8:]), ("bytes=1000-1999", body[1000:2000]), ("bytes=4000-", body[4000:])):
        found = place.s3.get_object(Bucket=place.bucket, Key=key, Range=header)["Body"].read()
        require(found == wanted, f"{header} gave {len(found)} bytes, not the {len(wanted)} asked for")
    return "start, middle and end"


def multipart(place: Place) -> str:
    """Parts sent out of order make one object; nothing is seen before, nor after an upload that was given up."""
    bodies = [bytes([number]) * size for number, size in ((1, PART_BYTES), (2, PART_BYTES), (3, 1000))]
    key = f"{place.folder}in-parts"
    upload = place.s3.create_multipart_upload(Bucket=place.bucket, Key=key)["UploadId"]
    tags = {}
    for number in (3, 1, 2):
        tags[number] = place.s3.upload_part(
            Bucket=place.bucket, Key=key, UploadId=upload, PartNumber=number, Body=bodies[number - 1]
        )["ETag"]
    require(is_absent(place, key), "an object was there before its upload was completed")
    place.s3.complete_multipart_upload(
        Bucket=place.bucket,
        Key=key,
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": number, "ETag": tags[number]} for number in sorted(tags)]},
    )
    found = place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].read()
    require(found == b"".join(bodies), f"{len(found)} bytes came back that are not what the parts held")

    given_up = f"{place.folder}given-up"
    upload = place.s3.create_multipart_upload(Bucket=place.bucket, Key=given_up)["UploadId"]
    place.s3.upload_part(Bucket=place.bucket, Key=given_up, UploadId=upload, PartNumber=1, Body=b"x")
    place.s3.abort_multipart_upload(Bucket=place.bucket, Key=given_up, UploadId=upload)
    require(is_absent(place, given_up), "an upload that was given up left an object")
    return f"{len(bodies)} parts out of order, and an upload given up"


def large_objects(mib: int) -> Callable[[Place], str]:
    """The trial of one object of so many MiB, sent and read in blocks: it never stands in memory whole."""
    return partial(_large_object, size_bytes=mib * MIB)


def _large_object(place: Place, size_bytes: int) -> str:
    key = f"{place.folder}large"
    upload = place.s3.create_multipart_upload(Bucket=place.bucket, Key=key)["UploadId"]
    sent, parts = hashlib.sha256(), []
    try:
        for number, block in enumerate(_blocks(size_bytes), start=1):
            sent.update(block)
            answer = place.s3.upload_part(Bucket=place.bucket, Key=key, UploadId=upload, PartNumber=number, Body=block)
            parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        place.s3.complete_multipart_upload(
            Bucket=place.bucket,
            Key=key,
            UploadId=upload,
            MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]
        )
    except BaseException:
        place.s3.abort_multipart_upload(Bucket=place.bucket, Key=key, UploadId=upload)
        raise
    read, length = hashlib.sha256(), 0
    for block in place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].iter_chunks(MIB):
        read.update(block)
        length += len(block)
    require(length == size_bytes, f"{length:,} of {size_bytes:,} bytes came back")
    require(read.digest() == sent.digest(), f"{size_bytes:,} bytes came back changed")
    return f"{size_bytes // MIB} MiB in {len(parts)} parts, read back and equal"


def _blocks(size_bytes: int) -> Iterator[bytes]:
    """Bytes that neither repeat between parts nor compress to nothing."""
    for start in range(0, size_bytes, LARGE_PART_BYTES):
        seed = hashlib.shake_256(f"part at {start}".encode()).digest(MIB)
        yield (seed * (LARGE_PART_BYTES // MIB))[: min(LARGE_PART_BYTES, size_bytes - start)]


def is_absent(place: Place, key: str) -> bool:
    try:
        place.s3.head_object(Bucket=place.bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return True
        raise
    return False
