"""The copy of bronze on a real store: complete, in whole runs, cheap the second time, and slow to forget."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from odoo_lake.backup.run import back_up
from odoo_lake.cli.app import app
from odoo_lake.errors import UserError
from odoo_lake.lake.location import Lake
from odoo_lake.record.tables import LakeBackup
from odoo_lake.record.writer import RunRecord
from odoo_lake.restore.place import Folder
from tests.object_store import ObjectStore

KEEP = timedelta(days=14)
MIB = 1 << 20
COMMITTED = {
    "odoo/sale_order/run_id=1/part.parquet": b"rows",
    "odoo/_state/sale_order/1.parquet": b"keys",
    "odoo/_commits/1.json": b"{}",
}


@pytest.fixture
def bronze(minio: ObjectStore) -> str:
    return versioned_bucket(minio)


@pytest.fixture
def into(minio: ObjectStore) -> Folder:
    return Folder(versioned_bucket(minio), "lake")


def versioned_bucket(store: ObjectStore) -> str:
    name = f"backup-{uuid.uuid4().hex[:8]}"
    store.client.create_bucket(Bucket=name)
    store.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def put(store: ObjectStore, bucket: str, objects: dict[str, bytes]) -> None:
    for key, body in objects.items():
        store.client.put_object(Bucket=bucket, Key=key, Body=body)


def copy_of(store: ObjectStore, bucket: str, into: Folder) -> dict[str, bytes]:
    """Key to bytes of the copy."""
    start = f"{into.start}{bucket}/"
    listed = store.client.list_objects_v2(Bucket=into.bucket, Prefix=start).get("Contents", [])
    return {
        entry["Key"].removeprefix(start): store.client.get_object(Bucket=into.bucket, Key=entry["Key"])["Body"].read()
        for entry in listed
    }


def test_the_copy_is_what_bronze_holds_and_the_second_run_copies_what_is_new(
    minio: ObjectStore, bronze: str, into: Folder
) -> None:
    of_the_moment = {"_locks/bronze.json": b"{}", ".probe": b"", "_restore_drill/a/b": b"x"}
    put(minio, bronze, COMMITTED | of_the_moment)
    first = back_up(minio.client, bronze, into, keep=KEEP)
    assert copy_of(minio, bronze, into) == COMMITTED
    assert (first.objects, first.size_bytes, first.copied) == (3, len(b"rows" + b"keys" + b"{}"), 3)

    put(minio, bronze, {"odoo/_commits/1.json": b"[]", "odoo/sale_order/run_id=2/part.parquet": b"more"})
    second = back_up(minio.client, bronze, into, keep=KEEP)
    assert second.copied == 2, "one is as long as before"
    assert copy_of(minio, bronze, into) == {
        **COMMITTED,
        "odoo/_commits/1.json": b"[]",
        "odoo/sale_order/run_id=2/part.parquet": b"more",
    }


def test_what_was_sent_in_parts_is_copied_once_and_again_when_it_changed(
    minio: ObjectStore, bronze: str, into: Folder
) -> None:
    key = "odoo/sale_order/run_id=1/part.parquet"
    for round_, body in enumerate((b"a" * 6 * MIB, b"b" * 6 * MIB)):
        upload = minio.client.create_multipart_upload(Bucket=bronze, Key=key)["UploadId"]
        parts = []
        for number, part in enumerate((body[: 5 * MIB], body[5 * MIB :]), start=1):
            tag = minio.client.upload_part(Bucket=bronze, Key=key, UploadId=upload, PartNumber=number, Body=part)
            parts.append({"PartNumber": number, "ETag": tag["ETag"]})
        minio.client.complete_multipart_upload(
            Bucket=bronze, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
        )
        assert back_up(minio.client, bronze, into, keep=KEEP).copied == 1, round_
        assert back_up(minio.client, bronze, into, keep=KEEP).copied == 0
        assert copy_of(minio, bronze, into) == {key: body}


def test_what_is_gone_from_bronze_stays_in_the_copy_for_a_while(minio: ObjectStore, bronze: str, into: Folder) -> None:
    put(minio, bronze, COMMITTED)
    start = datetime.now(UTC)

    def run(days: float) -> tuple[int, int]:
        done = back_up(minio.client, bronze, into, keep=KEEP, now=start + timedelta(days=days))
        return done.kept, done.removed

    assert run(0) == (0, 0)
    for key in COMMITTED:
        minio.client.delete_object(Bucket=bronze, Key=key)
    assert run(1) == (3, 0), "a bronze that lost everything does not take its copy along"
    assert run(15) == (3, 0)
    assert copy_of(minio, bronze, into) == COMMITTED
    # One of them comes back, and goes again: its time begins anew.
    put(minio, bronze, {"odoo/_commits/1.json": b"{}"})
    assert run(15) == (2, 0)
    minio.client.delete_object(Bucket=bronze, Key="odoo/_commits/1.json")
    assert run(15.1) == (1, 2)
    assert copy_of(minio, bronze, into) == {"odoo/_commits/1.json": b"{}"}
    assert run(29) == (1, 0)
    assert run(29.2) == (0, 1)
    assert copy_of(minio, bronze, into) == {}


class _Client:
    """A client of the real store that notes the order of copies, and lets something happen before each."""

    def __init__(self, real: Any, before_copy: Callable[[str], None] = lambda _: None) -> None:
        self.real, self.before_copy, self.copies = real, before_copy, list[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def copy(self, source: dict[str, str], bucket: str, key: str) -> None:
        self.copies.append(source["Key"])
        self.before_copy(source["Key"])
        self.real.copy(source, bucket, key)


def test_a_commit_is_copied_after_the_files_that_it_counts(minio: ObjectStore, bronze: str, into: Folder) -> None:
    put(minio, bronze, COMMITTED)
    client: Any = _Client(minio.client)
    back_up(client, bronze, into, keep=KEEP)
    assert client.copies[-1] == "odoo/_commits/1.json"


def test_an_object_that_is_removed_while_it_is_copied_is_no_fault(
    minio: ObjectStore, bronze: str, into: Folder
) -> None:
    put(minio, bronze, COMMITTED)

    def compaction(key: str) -> None:
        if key.startswith("odoo/sale_order/"):
            minio.client.delete_object(Bucket=bronze, Key=key)

    client: Any = _Client(minio.client, compaction)
    assert back_up(client, bronze, into, keep=KEEP).copied == 2


def test_a_copy_that_is_not_complete_is_said(minio: ObjectStore, bronze: str, into: Folder) -> None:
    put(minio, bronze, COMMITTED)

    class Forgetful(_Client):
        def copy(self, source: dict[str, str], bucket: str, key: str) -> None:
            if "/_state/" not in key:
                super().copy(source, bucket, key)

    client: Any = Forgetful(minio.client)
    with pytest.raises(UserError, match=r"1 of 3 objects of .* odoo/_state/sale_order/1.parquet\."):
        back_up(client, bronze, into, keep=KEEP)


@pytest.fixture
def record(s3_lake: Lake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunRecord:
    monkeypatch.setenv("ODOO_LAKE_OPS", f"sqlite:///{tmp_path / 'ops.sqlite'}")
    return RunRecord(s3_lake)


def backups(record: RunRecord) -> list[LakeBackup]:
    with record.session() as session:
        return list(session.query(LakeBackup).order_by(LakeBackup.id))


def test_the_command_copies_bronze_alone_and_records_how_it_ended(
    minio: ObjectStore, s3_lake: Lake, into: Folder, record: RunRecord
) -> None:
    put(minio, s3_lake.bucket("bronze"), COMMITTED)
    put(minio, s3_lake.bucket("gold"), {"finance_mart/a": b"built again"})
    runner = CliRunner()
    done = runner.invoke(app, ["backup", "--lake", s3_lake.root, "--into", into.url], catch_exceptions=False)
    assert done.exit_code == 0
    assert "the copy is complete" in done.stdout
    assert copy_of(minio, s3_lake.bucket("bronze"), into) == COMMITTED
    assert copy_of(minio, s3_lake.bucket("gold"), into) == {}
    gone = runner.invoke(app, ["backup", "--lake", s3_lake.root, "--into", "s3://is-not-there/lake"])
    assert isinstance(gone.exception, UserError)
    first, second = backups(record)
    assert (first.status, first.objects, first.copied, first.error) == ("succeeded", 3, 3, None)
    assert (second.status, "NoSuchBucket" in (second.error or "")) == ("failed", True)
    assert first.finished_at
    assert second.finished_at


def test_a_copy_inside_the_lake_itself_is_refused(s3_lake: Lake, record: RunRecord) -> None:
    url = f"s3://{s3_lake.bucket('silver')}/copy"
    done = CliRunner().invoke(app, ["backup", "--lake", s3_lake.root, "--into", url])
    assert isinstance(done.exception, UserError)
    assert "a bucket of the lake itself" in done.exception.fact
    assert backups(record) == []
