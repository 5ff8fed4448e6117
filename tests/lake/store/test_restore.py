"""A bucket goes back to a time, by its versions, on a real store; a restored lake reconciles as before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow  # type: ignore[import-untyped]
import pyarrow.parquet  # type: ignore[import-untyped]
import pytest
from typer.testing import CliRunner

from odoo_lake.cli.app import app
from odoo_lake.errors import UserError
from odoo_lake.lake.commits import Commit, CommitKind, DataFile, TableCommit, append_commit
from odoo_lake.lake.location import Lake
from odoo_lake.object_store.histories import Version
from odoo_lake.record.tables import RestoreDrill
from odoo_lake.record.writer import RunRecord
from odoo_lake.restore.drill import recorded_drill
from odoo_lake.restore.place import Folder, folder_of, parse_moment
from odoo_lake.restore.plan import state_at
from odoo_lake.restore.run import restore
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.data.companies import SampleDatabases
from tests.object_store import ObjectStore

BUCKETS = ("bronze", "silver", "gold")
Command = Callable[..., subprocess.CompletedProcess[str]]


def versioned(store: ObjectStore, bucket: str) -> None:
    store.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


@pytest.fixture
def bucket(minio: ObjectStore) -> str:
    name = f"restored-{uuid.uuid4().hex[:8]}"
    minio.client.create_bucket(Bucket=name)
    versioned(minio, name)
    return name


def contents(store: ObjectStore, bucket: str, prefix: str = "") -> dict[str, bytes]:
    """Key to bytes of what a reader sees."""
    pages = store.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    return {key: store.client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def put(store: ObjectStore, bucket: str, objects: dict[str, bytes]) -> None:
    for key, body in objects.items():
        store.client.put_object(Bucket=bucket, Key=key, Body=body)


def moment_between(store: ObjectStore) -> datetime:
    """A time after all that was written before and before all that comes; the server's clock is this machine's."""
    time.sleep(0.05)
    now = datetime.now(UTC)
    time.sleep(0.05)
    return now


BEFORE = {
    "t/a": b"one",
    "t/run_id=2026 01/b+c.parquet": b"two",
    "t/deleted-before": b"",
    "tt/other": b"not below t",
    "t/unchanged": b"same",
}


@pytest.fixture
def history(minio: ObjectStore, bucket: str) -> tuple[str, datetime]:
    """Objects that were overwritten, deleted, deleted and written again, and made after the time that is given."""
    put(minio, bucket, BEFORE)
    minio.client.delete_object(Bucket=bucket, Key="t/deleted-before")
    moment = moment_between(minio)
    put(minio, bucket, {"t/a": b"overwritten", "t/deleted-before": b"back", "t/made-after": b"new", "tt/other": b"new"})
    minio.client.delete_object(Bucket=bucket, Key="t/run_id=2026 01/b+c.parquet")
    return bucket, moment


def test_a_folder_goes_back_in_place_and_its_neighbours_stay(minio: ObjectStore, history: tuple[str, datetime]) -> None:
    bucket, moment = history
    damaged = contents(minio, bucket)
    later = moment_between(minio)
    done = restore(minio.client, Folder(bucket, "t"), moment)
    assert done.differences == ()
    expected = {key: BEFORE[key] for key in ("t/a", "t/run_id=2026 01/b+c.parquet", "t/unchanged")}
    assert contents(minio, bucket) == {**expected, "tt/other": b"new"}
    assert {step.source_key for step in done.plan.writes} == expected.keys() - {"t/unchanged"}
    assert {step.source_key for step in done.plan.deletions} == {"t/deleted-before", "t/made-after"}
    # It can be undone, for nothing was lost.
    restore(minio.client, Folder(bucket, "t"), later)
    assert contents(minio, bucket) == damaged


def test_a_folder_is_restored_aside_and_stays_itself(minio: ObjectStore, history: tuple[str, datetime]) -> None:
    bucket, moment = history
    before = contents(minio, bucket)
    done = restore(minio.client, Folder(bucket, "t"), moment, into=Folder(bucket, "aside"))
    assert done.differences == ()
    assert contents(minio, bucket, "aside/") == {
        "aside/a": b"one",
        "aside/run_id=2026 01/b+c.parquet": b"two",
        "aside/unchanged": b"same",
    }
    assert {key: body for key, body in contents(minio, bucket).items() if not key.startswith("aside/")} == before


def test_a_dry_run_changes_nothing(minio: ObjectStore, history: tuple[str, datetime]) -> None:
    bucket, moment = history
    before = contents(minio, bucket)
    done = restore(minio.client, Folder(bucket), moment, dry_run=True)
    assert (len(done.plan.writes), len(done.plan.deletions)) == (3, 2)
    assert contents(minio, bucket) == before


def test_what_can_not_be_restored_is_said_and_nothing_is_changed(
    minio: ObjectStore, history: tuple[str, datetime]
) -> None:
    bucket, moment = history
    before = contents(minio, bucket)
    s3 = minio.client
    with pytest.raises(UserError, match="Nothing was below"):
        restore(s3, Folder(bucket, "t"), moment - timedelta(days=1))
    with pytest.raises(UserError, match="not empty"):
        restore(s3, Folder(bucket, "t"), moment, into=Folder(bucket, "tt"))
    with pytest.raises(UserError, match="one within the other"):
        restore(s3, Folder(bucket, "t"), moment, into=Folder(bucket, "t/aside"))
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}}
    rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": 7}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    with pytest.raises(UserError, match="keeps replaced versions for 7 days"):
        restore(s3, Folder(bucket, "t"), moment - timedelta(days=8))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    with pytest.raises(UserError, match="is suspended"):
        restore(s3, Folder(bucket, "t"), moment)
    assert contents(minio, bucket) == before


@pytest.mark.parametrize("text", ["yesterday", "2026-01-31", "2026-01-31T10:00", "2999-01-01T00:00Z"])
def test_a_time_that_is_not_clear_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--to is"):
        parse_moment(text)


def test_a_prefix_is_a_folder_however_it_is_written() -> None:
    assert {folder_of("b", text).start for text in ("odoo/t", "/odoo/t/", "odoo/t/")} == {"odoo/t/"}
    assert folder_of("b", "").start == ""


def test_the_state_at_a_time_is_the_newest_version_not_after_it() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def version(name: str, seconds: int, *, is_marker: bool = False) -> Version:
        return Version(name, is_marker, name == "3", start + timedelta(seconds=seconds), 1, name)

    history = (version("3", 30), version("2", 20, is_marker=True), version("1", 10))
    seen = [state_at(history, start + timedelta(seconds=seconds)) for seconds in (9, 10, 19, 20, 29, 30, 99)]
    assert [found and found.version_id for found in seen] == [None, "1", "1", None, None, "3", "3"]


@pytest.fixture
def lake_command(postgres: EmbeddedPostgres, s3_lake: Lake, minio: ObjectStore, tmp_path: Path) -> Command:
    """Runs `odoo-lake` on a versioned lake and a sample company, after its first run."""
    for layer in BUCKETS:
        versioned(minio, s3_lake.bucket(layer))
    environment = {
        **os.environ,
        **minio.environment,
        "ODOO_LAKE_DUCKDB_MEMORY": "1024MiB",
        "ODOO_LAKE_OPS": f"sqlite:///{tmp_path / 'ops.sqlite'}",
        "ODOO_LAKE_ROOT": s3_lake.root,
        "ODOO_LAKE_SOURCE": postgres.url(SampleDatabases(postgres).name(18, prefix="restored")),
        "ODOO_LAKE_WORK": str(tmp_path / "work"),
    }

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = str(Path(sys.executable).parent / "odoo-lake")
        return subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)

    first = command("run", "--report", str(tmp_path / "report.html"))
    assert first.returncode == 0, first.stderr[-3000:]
    return command


def reconciled(command: Command) -> dict[str, Any]:
    done = command("reconcile", "--format", "json")
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.data
def test_a_lake_that_lost_tables_reconciles_as_before_after_its_restoration(
    lake_command: Command, s3_lake: Lake, minio: ObjectStore
) -> None:
    before = reconciled(lake_command)
    there = {layer: contents(minio, s3_lake.bucket(layer)) for layer in BUCKETS}
    moment = moment_between(minio)

    # A table of each layer is lost: deleted in bronze and silver, overwritten in gold.
    for layer, folder in (("bronze", "odoo/account_move_line/"), ("silver", "finance/")):
        s3_lake.layer(layer).delete(lost := [key for key in there[layer] if key.startswith(folder)])
        assert lost
    marts = [key for key in there["gold"] if key.startswith("finance_mart/")]
    put(minio, s3_lake.bucket("gold"), dict.fromkeys(marts, b"not Parquet"))
    assert marts
    assert lake_command("reconcile").returncode != 0

    for layer in BUCKETS:
        done = lake_command("restore", "--bucket", s3_lake.bucket(layer), "--to", moment.isoformat())
        assert done.returncode == 0, done.stderr
        assert "every object equal" in done.stdout
        now = contents(minio, s3_lake.bucket(layer))
        # Leases say who writes now.
        assert {k: v for k, v in now.items() if k[:7] != "_locks/"} == {
            k: v for k, v in there[layer].items() if k[:7] != "_locks/"
        }
    assert reconciled(lake_command) == before


@pytest.fixture
def small_lake(s3_lake: Lake, minio: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Lake:
    """A versioned bronze with two committed tables, one of them of four files."""
    versioned(minio, s3_lake.bucket("bronze"))
    monkeypatch.setenv("ODOO_LAKE_OPS", f"sqlite:///{tmp_path / 'ops.sqlite'}")
    tables = {}
    for table, count in (("res_company", 4), ("sale_order", 9)):
        files = []
        for number in range(count):
            rows = pyarrow.table({"id": range(number * 100, number * 100 + 10 + number)})
            pyarrow.parquet.write_table(rows, tmp_path / "rows.parquet")
            body = (tmp_path / "rows.parquet").read_bytes()
            path = f"odoo/{table}/run_id=one/{number}.parquet"
            s3_lake.layer("bronze").write(path, body)
            files.append(DataFile(path=path, rows=10 + number, bytes=len(body)))
        tables[table] = TableCommit(files=tuple(files))
    now = datetime.now(UTC)
    commit = Commit(
        run_id="one",
        kind=CommitKind.EXTRACT,
        extracted_at=now,
        committed_at=now,
        odoo_version=18,
        odoo_full_version="18.0",
        source="odoo",
        source_identity="odoo",
        tables=tables,
    )
    append_commit(s3_lake.layer("bronze"), commit)
    return s3_lake


def test_the_drill_restores_a_table_records_it_and_cleans_up(small_lake: Lake, minio: ObjectStore) -> None:
    bronze = small_lake.bucket("bronze")
    before = minio.client.list_object_versions(Bucket=bronze)
    done = CliRunner().invoke(app, ["restore-drill", "--lake", small_lake.root], catch_exceptions=False)
    assert done.exit_code == 0
    assert "restored, lost, restored again and equal" in done.stdout
    [drill] = drills(RunRecord(small_lake))
    assert (drill.status, drill.table_name, drill.error) == ("succeeded", "res_company", None)
    assert (drill.rows, drill.objects) == (10 + 11 + 12 + 13, 4)
    # Neither an object nor a version nor a lease is left.
    after = minio.client.list_object_versions(Bucket=bronze)
    assert after["Versions"] == before["Versions"]
    assert "DeleteMarkers" not in after


def test_a_drill_that_does_not_bring_everything_back_fails_and_says_so(
    small_lake: Lake, monkeypatch: pytest.MonkeyPatch, minio: ObjectStore
) -> None:
    record = RunRecord(small_lake)
    small_lake.layer("bronze").delete(["odoo/res_company/run_id=one/2.parquet"])
    with pytest.raises(UserError, match=r"1 of 4 committed files are gone .* first"):
        recorded_drill(record, small_lake, table="res_company")
    monkeypatch.setattr("odoo_lake.restore.run._same_bytes", lambda *_: False)
    with pytest.raises(UserError, match="are not what they were"):
        recorded_drill(record, small_lake, table="sale_order")
    assert [(one.status, bool(one.error)) for one in drills(record)] == [("failed", True), ("failed", True)]
    assert contents(minio, small_lake.bucket("bronze"), "_restore_drill/") == {}


def drills(record: RunRecord) -> list[RestoreDrill]:
    with record.session() as session:
        return list(session.query(RestoreDrill).order_by(RestoreDrill.id))
