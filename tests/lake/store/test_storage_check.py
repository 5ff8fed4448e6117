"""`odoo-lake storage-check` on a real store, and on stores that have one thing wrong: that one is named."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from typer.testing import CliRunner

from odoo_lake.cli.app import app
from odoo_lake.errors import UserError
from odoo_lake.storage_check.place import parse_place
from odoo_lake.storage_check.run import CLEAN_UP, check_storage, trials
from odoo_lake.storage_check.trial import Verdict
from tests.lake.store import broken_store as faults
from tests.lake.store.broken_store import Fault, broken_store
from tests.object_store import ObjectStore

LARGE_MIB = 33
ALL = [trial.name for trial in trials(LARGE_MIB)] + [CLEAN_UP.name]


@pytest.fixture
def bucket(minio: ObjectStore) -> str:
    """A versioned bucket with an object of somebody else."""
    name = f"checked-{uuid.uuid4().hex[:8]}"
    minio.client.create_bucket(Bucket=name)
    minio.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    minio.client.put_object(Bucket=name, Key="lake/theirs", Body=b"kept")
    return name


def what_is_there(store: ObjectStore, bucket: str) -> list[tuple[str, str]]:
    """Every version, delete marker and unfinished upload of a bucket."""
    listed = store.client.list_object_versions(Bucket=bucket)
    uploads = store.client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    kinds = {"version": listed.get("Versions", []), "marker": listed.get("DeleteMarkers", []), "upload": uploads}
    return [(kind, entry["Key"]) for kind, entries in kinds.items() for entry in entries]


def checked(store: ObjectStore, url: str, *options: str) -> Any:
    runner = CliRunner(env=store.environment)
    return runner.invoke(app, ["storage-check", url, "--large-mib", str(LARGE_MIB), *options])


def verdicts(output: str) -> dict[str, str]:
    """The verdict of each line; names have blanks and are followed by at least one."""
    lines = [line for line in output.splitlines() if line.split(maxsplit=1)[:1] and line.split()[0] in set(Verdict)]
    told = {}
    for line in lines:
        verdict, rest = line.split(maxsplit=1)
        told[next(name for name in ALL if rest.startswith(f"{name} "))] = verdict
    return told


@pytest.mark.parametrize("folder", ["", "/lake"])
def test_a_good_store_carries_the_lake_and_is_left_as_it_was(minio: ObjectStore, bucket: str, folder: str) -> None:
    done = checked(minio, f"s3://{bucket}{folder}")
    assert done.exit_code == 0, done.output
    assert verdicts(done.stdout) == dict.fromkeys(ALL, "ok")
    assert done.stdout.splitlines()[-1] == "This store can carry the lake."
    assert what_is_there(minio, bucket) == [("version", "lake/theirs")]


def test_without_versioning_it_is_said_what_that_costs(minio: ObjectStore) -> None:
    name = f"plain-{uuid.uuid4().hex[:8]}"
    minio.client.create_bucket(Bucket=name)
    done = checked(minio, f"{minio.endpoint}/{name}")
    assert done.exit_code == 0, done.output
    assert verdicts(done.stdout) == {**dict.fromkeys(ALL, "ok"), "versioning": "unproven"}
    assert "put-bucket-versioning" in done.stdout
    assert done.stdout.splitlines()[-1] == "This store can carry the lake; not proven: versioning."
    assert what_is_there(minio, name) == []


@pytest.mark.parametrize(
    ("fault", "failing"),
    [
        (faults.nothing, set()),
        (faults.ignores_if_none_match, {"conditional put", "concurrent commits"}),
        (faults.does_not_know_if_none_match, {"conditional put", "concurrent commits"}),
        (faults.looks_before_it_writes(), {"concurrent commits"}),
        (faults.ignores_if_match, {"conditional replace"}),
        (faults.lists_late(), {"list after write"}),
        (faults.lists_one_page, {"list after write"}),
        (faults.reads_late(), {"read after write"}),
        (faults.has_no_parts, {"multipart", "large objects"}),
        (faults.orders_parts_by_arrival(), {"multipart"}),
        (faults.takes_no_large_objects, {"large objects"}),
        (faults.ignores_ranges, {"ranged read"}),
        (faults.drops_bulk_deletes, {"bulk delete"}),
        (faults.takes_few_keys_to_delete, {"bulk delete"}),
        (faults.forgets_versions, {"versioning"}),
        (faults.knows_no_versions, {"versioning"}),
        (faults.unquotes_names, {"path style"}),
        (faults.drops_deletes, {"read after write", "list after write", "bulk delete", "versioning", "clean up"}),
    ],
    ids=lambda value: getattr(value, "__qualname__", "").split(".")[0] or None,
)
def test_what_is_wrong_is_named_and_nothing_else(
    minio: ObjectStore, bucket: str, fault: Fault, failing: set[str]
) -> None:
    with broken_store(minio, fault) as store:
        done = checked(store, f"s3://{bucket}")
    told = verdicts(done.stdout)
    assert {name for name, verdict in told.items() if verdict == Verdict.FAILED} == failing, done.stdout
    assert set(told) == set(ALL)
    assert done.exit_code == (1 if failing else 0)
    last = done.stdout.splitlines()[-1]
    if failing:
        assert last.startswith("This store can't carry the lake: ")
        assert all(name in last for name in failing)
    if "clean up" not in failing and fault is not faults.knows_no_versions:
        assert what_is_there(minio, bucket) == [("version", "lake/theirs")]


def test_a_check_that_is_broken_off_leaves_nothing(
    minio: ObjectStore, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in minio.environment.items():
        monkeypatch.setenv(name, value)
    findings = check_storage(parse_place(f"s3://{bucket}"), LARGE_MIB)
    for finding in findings:
        if finding.name == "concurrent commits":
            findings.close()  # type: ignore[attr-defined]
            break
    assert what_is_there(minio, bucket) == [("version", "lake/theirs")]


def test_what_can_not_be_reached_is_said(minio: ObjectStore, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in minio.environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match="no bucket never-made"):
        list(check_storage(parse_place("s3://never-made")))
    with pytest.raises(UserError, match="can't be reached"):
        list(check_storage(parse_place(f"http://127.0.0.1:9/{bucket}")))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(UserError, match="refuses the credentials"):
        list(check_storage(parse_place(f"s3://{bucket}")))


@pytest.mark.parametrize("url", ["bucket", "s3://", "https://host", "ftp://host/bucket", "https://key:secret@host/b"])
def test_a_url_without_a_bucket_is_refused_and_no_key_is_repeated(url: str) -> None:
    with pytest.raises(UserError, match="names no bucket") as raised:
        parse_place(url)
    assert "secret" not in str(raised.value)
