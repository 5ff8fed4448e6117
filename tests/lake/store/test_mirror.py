"""A store moves to another topology and back, on real servers: everything arrives, and what did not is found."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from odoo_lake.object_store.mirror import MARK
from odoo_lake.object_store.server import Store
from tests.lake.store import killed_mirror
from tests.object_store import ObjectStore, object_store

BRONZE, GOLD = "odoo-lake-bronze", "odoo-lake-gold"
DRIVES = {"single": 1, "distributed": 4}
PART_BYTES = 5 << 20
BOTH_WAYS = [("single", "distributed"), ("distributed", "single")]


@dataclass(frozen=True)
class Pair:
    """A filled store, an empty one of the other topology, and the folders of their drives."""

    source: ObjectStore
    target: ObjectStore
    source_drives: Path
    target_drives: Path

    @property
    def back(self) -> Pair:
        return Pair(self.target, self.source, self.target_drives, self.source_drives)

    def environment(self) -> dict[str, str]:
        both = (("SOURCE_", self.source), ("TARGET_", self.target))
        return {prefix + name: value for prefix, store in both for name, value in store.environment.items()}

    def run(self, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "odoo-lake"), "mirror-buckets", *options]
        environment = {**self.environment(), **variables}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def copy(self, *options: str) -> str:
        done = self.run(*options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(params=BOTH_WAYS, ids=lambda way: f"{way[0]}-to-{way[1]}")
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with started(tmp_path, *request.param) as made:
        yield made


@pytest.fixture
def upwards(tmp_path: Path) -> Iterator[Pair]:
    """One direction, for what does not depend on the topology."""
    with started(tmp_path, "single", "distributed") as made:
        yield made


class started:  # noqa: N801 - reads as the function that it stands for
    """Two servers, the first of them filled."""

    def __init__(self, directory: Path, source: str, target: str) -> None:
        self.directory, self.kinds, self.stack = directory, (source, target), ExitStack()

    def __enter__(self) -> Pair:
        folders = [self.directory / kind for kind in self.kinds]
        stores = [
            self.stack.enter_context(object_store(folder, drives=DRIVES[kind]))
            for folder, kind in zip(folders, self.kinds, strict=True)
        ]
        fill(stores[0].client)
        return Pair(stores[0], stores[1], folders[0], folders[1])

    def __exit__(self, *_: object) -> None:
        self.stack.close()


def fill(s3: Any) -> None:
    """What the lake's buckets hold: versions, overwritten and deleted keys, large files, odd names, metadata."""
    chance = random.Random(7)
    for bucket in (BRONZE, GOLD):
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=BRONZE, Key="before-versioning", Body=b"null version")
    s3.put_bucket_versioning(Bucket=BRONZE, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=BRONZE, Key="before-versioning", Body=b"a second")
    for bucket in (BRONZE, GOLD):
        for number in range(12):
            for _ in range(number % 3 + 1):
                s3.put_object(Bucket=bucket, Key=f"odoo/t{number}/part.parquet", Body=chance.randbytes(2000 + number))
            if number % 4 == 0:
                s3.delete_object(Bucket=bucket, Key=f"odoo/t{number}/part.parquet")
            if number == 8:
                s3.put_object(Bucket=bucket, Key=f"odoo/t{number}/part.parquet", Body=b"back again")
        for key in ("an empty one", "a b+c%20/ü €.json", "a/b", "a-b", "folder/"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"" if key.endswith(("one", "/")) else key.encode())
        s3.put_object(
            Bucket=bucket,
            Key="described",
            Body=b"{}",
            ContentType="application/json",
            CacheControl="no-store",
            Metadata={"written-by": "extractor"},
            Tagging="kind=a%20table",
        )
        s3.put_object(Bucket=bucket, Key="in-one-piece", Body=chance.randbytes(PART_BYTES * 2))
        put_in_parts(s3, bucket, "in-parts", [chance.randbytes(PART_BYTES), chance.randbytes(PART_BYTES), b"end"])


def put_in_parts(s3: Any, bucket: str, key: str, bodies: list[bytes]) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=body)["ETag"],
        }
        for number, body in enumerate(bodies, start=1)
    ]
    s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})


def contents(store: ObjectStore) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a reader can see, read without the program: versions in the server's order, with their bytes."""
    s3, found = store.client, {}
    for bucket in (b["Name"] for b in s3.list_buckets()["Buckets"]):
        if bucket == MARK:
            continue
        lines: list[tuple[Any, ...]] = [("versioning", s3.get_bucket_versioning(Bucket=bucket).get("Status"))]
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 7}):
            for kind in ("Versions", "DeleteMarkers"):
                for item in page.get(kind, []):
                    line: tuple[Any, ...] = (
                        kind,
                        item["Key"],
                        item["VersionId"],
                        item["IsLatest"],
                        item["LastModified"],
                    )
                    if kind == "Versions":
                        got = s3.get_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])
                        line += (got["Body"].read(), got["ETag"], got["Metadata"], got["ContentType"])
                        line += (got.get("CacheControl"), got.get("TagCount"))
                    lines.append(line)
        found[bucket] = sorted(lines, key=lambda line: [str(part) for part in line[:3]])
    return found


def keys_of(s3: Any, bucket: str) -> list[str]:
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    return [item["Key"] for page in pages for item in page.get("Versions", [])]


def test_everything_arrives_and_a_second_run_copies_nothing(pair: Pair) -> None:
    before = contents(pair.source)
    assert {kind for line in before[BRONZE] for kind in line[:1]} == {"versioning", "Versions", "DeleteMarkers"}
    assert "both stores are equal" in pair.copy()
    assert contents(pair.target) == before
    assert contents(pair.source) == before
    assert pair.copy().count("copied 0, removed 0; equal") == len(before)


def test_the_last_run_brings_what_changed_and_hands_over(pair: Pair) -> None:
    pair.copy()
    s3 = pair.source.client
    for bucket in (BRONZE, GOLD):
        s3.put_object(Bucket=bucket, Key="odoo/t1/part.parquet", Body=b"newer")
        s3.put_object(Bucket=bucket, Key="odoo/new", Body=b"new")
        s3.delete_object(Bucket=bucket, Key="odoo/t5/part.parquet")
    versions = s3.list_object_versions(Bucket=BRONZE, Prefix="odoo/t2/")["Versions"]
    s3.delete_object(Bucket=BRONZE, Key=versions[-1]["Key"], VersionId=versions[-1]["VersionId"])
    last = pair.copy("--hand-over", "--read-back=copied")
    assert f"{pair.target.endpoint} is now the one to use" in last
    before = contents(pair.source)
    assert contents(pair.target) == before

    # The new store is written to; a repeated hand-over must not undo it, and a mirror from the old one is refused.
    pair.target.client.put_object(Bucket=GOLD, Key="written-after", Body=b"the move")
    assert "handed over before; nothing was copied" in pair.copy("--hand-over")
    refused = pair.run()
    assert refused.returncode == 2
    assert "is a copy of another store" in refused.stderr

    # The way back loses nothing either.
    after = contents(pair.target)
    assert after != before
    pair.back.copy()
    pair.back.copy("--hand-over")
    assert contents(pair.source) == after
    assert "is a copy of another store" in pair.back.run().stderr
    assert pair.run().returncode == 0


@pytest.mark.parametrize(("moment", "number"), [("key", 9), ("part", 2)])
def test_a_killed_mirror_goes_on(pair: Pair, moment: str, number: int) -> None:
    command = [sys.executable, str(Path(killed_mirror.__file__)), moment, str(number)]
    killed = subprocess.run(command, env=pair.environment(), capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    arrived = len(keys_of(pair.target.client, BRONZE))
    assert 0 < arrived < len(keys_of(pair.source.client, BRONZE))
    incomplete = pair.run("--compare-only")
    assert incomplete.returncode == 1
    assert "is missing in the copy" in incomplete.stdout
    bronze, _ = pair.copy().splitlines()[:2]
    written_again = int(bronze.split("copied ")[1].split(",")[0])
    lines = contents(pair.source)[BRONZE][:-1]
    assert 0 < written_again <= len(lines) - arrived
    assert contents(pair.target) == contents(pair.source)


def test_another_objects_bytes_under_the_same_name_are_found(upwards: Pair) -> None:
    upwards.copy()
    upwards.target.client.put_object(Bucket=GOLD, Key="described", Body=b"[]")
    latest = upwards.target.client.list_object_versions(Bucket=BRONZE, Prefix="a-b")["Versions"][0]
    upwards.target.client.delete_object(Bucket=BRONZE, Key="a-b", VersionId=latest["VersionId"])
    upwards.target.client.put_object(Bucket=GOLD, Key="alone", Body=b"x")
    found = upwards.run("--compare-only")
    assert found.returncode == 1
    assert "differs: odoo-lake-gold/described: version null is 2 bytes" in found.stdout
    assert f"differs: odoo-lake-bronze/a-b: version {latest['VersionId']} is missing in the copy" in found.stdout
    assert "differs: odoo-lake-gold/alone: version null is in the copy alone" in found.stdout
    assert found.stdout.count("differs:") == 3
    upwards.copy()
    assert contents(upwards.target) == contents(upwards.source)


def test_a_byte_that_fell_over_on_a_drive_is_found_and_the_next_run_mends_it(tmp_path: Path) -> None:
    with started(tmp_path, "distributed", "single") as pair:
        pair.copy()
        [part] = (pair.target_drives / GOLD / "in-one-piece").glob("*/part.1")
        damaged = bytearray(part.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        part.write_bytes(damaged)
        found = pair.run()
        assert found.returncode == 1
        assert "differs: odoo-lake-gold/in-one-piece: version null is damaged in the copy" in found.stdout
        assert found.stdout.count("differs:") == 1
        pair.copy()
        assert contents(pair.target) == contents(pair.source)


def test_a_lost_drive_of_four_is_no_difference(upwards: Pair) -> None:
    upwards.copy()
    for file in (upwards.target_drives / "drive2" / GOLD).rglob("part.1"):
        file.unlink()
    assert "both stores are equal" in upwards.copy()


def test_a_target_that_others_wrote_is_not_replaced(upwards: Pair) -> None:
    """The two ends given the wrong way round would empty the store that holds the data."""
    s3 = upwards.target.client
    s3.create_bucket(Bucket=GOLD)
    s3.put_object(Bucket=GOLD, Key="precious", Body=b"x")
    refused = upwards.run()
    assert refused.returncode == 2
    assert "odoo-lake-gold/precious" in refused.stderr
    assert keys_of(s3, GOLD) == ["precious"]
    empty_into_full = upwards.back.run("--hand-over")
    assert empty_into_full.returncode == 2
    assert len(keys_of(upwards.source.client, BRONZE)) > 20


def test_a_quota_that_the_copy_does_not_fit_is_said(upwards: Pair) -> None:
    upwards.target.client.create_bucket(Bucket=GOLD)
    target = Store(upwards.target.endpoint, upwards.target.access_key, upwards.target.secret_key, "us-east-1")
    target.admin().bucket_quota_set(GOLD, 1 << 20)
    assert json.loads(target.admin().bucket_quota_get(GOLD))["quota"] == 1 << 20
    full = upwards.run()
    assert full.returncode == 2
    assert "Give the store larger volumes" in full.stderr
    assert "Traceback" not in full.stderr


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SOURCE_AWS_SECRET_ACCESS_KEY": "wrong-secret"}, ["refused the administrator's keys", "minio-root"]),
        ({"TARGET_AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, ["http://127.0.0.1:9 does not answer"]),
        ({"TARGET_AWS_SECRET_ACCESS_KEY": ""}, ["TARGET_AWS_SECRET_ACCESS_KEY is not set"]),
    ],
)
def test_a_failure_is_explained_without_secrets(upwards: Pair, variables: dict[str, str], words: list[str]) -> None:
    done = upwards.run(**variables)
    assert done.returncode == 2
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr
    assert "secret-key" not in done.stderr + done.stdout
    assert upwards.source.secret_key not in done.stderr + done.stdout


def test_both_ends_the_same_is_refused(upwards: Pair) -> None:
    refused = upwards.run(TARGET_AWS_ENDPOINT_URL=upwards.source.endpoint)
    assert refused.returncode == 2
    assert "Both stores are" in refused.stderr
    with pytest.raises(ClientError):
        upwards.source.client.head_bucket(Bucket=MARK)
