"""The pipeline does with the rights that it is given: extraction and build, each as its own identity."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from odoo_lake.source.embedded import EmbeddedPostgres
from tests.data.companies import SampleDatabases
from tests.lake.provisioned_store import provisioned
from tests.object_store import object_store

COMMAND = str(Path(sys.executable).parent / "odoo-lake")
Run = Callable[..., str]


@pytest.fixture(scope="module")
def as_identity(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs a command with one identity's keys, on a provisioned store and a sample company."""
    files = tmp_path_factory.mktemp("identities")
    source = postgres.url(SampleDatabases(postgres).name(18, prefix="identities"))
    with object_store(files / "store") as server:
        provisioned(server, files)

        def run(identity: str, *arguments: str) -> str:
            environment = {
                **os.environ,
                **server.environment,
                "AWS_ACCESS_KEY_ID": f"lake-{identity}",
                "AWS_SECRET_ACCESS_KEY": f"secret-of-{identity}",
                "ODOO_LAKE_DUCKDB_MEMORY": "1024MiB",
                "ODOO_LAKE_OPS": f"sqlite:///{files / 'ops.sqlite'}",
                "ODOO_LAKE_ROOT": "s3://odoo-lake",
                "ODOO_LAKE_SOURCE": source,
                "ODOO_LAKE_WORK": str(files / "work"),
            }
            done = subprocess.run([COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
            return done.stdout

        yield run


@pytest.mark.data
def test_extraction_and_build_need_no_more_than_their_rights(as_identity: Run) -> None:
    """The extractor may delete nothing, and the build may write nothing in bronze."""
    as_identity("extractor", "extract")
    again = as_identity("extractor", "extract", "--full")
    assert "rows" in again
    assert "published build" in as_identity("transform", "build")
    gold = as_identity("transform", "query", "select count(*) as days from gold.daily_sales", "--format", "csv")
    assert int(gold.split()[-1]) > 0


@pytest.mark.data
def test_backup_and_drill_need_no_more_than_their_rights(as_identity: Run) -> None:
    """They write nothing in bronze, and may destroy no version."""
    as_identity("extractor", "extract")
    copied = as_identity("backup", "backup", "--into", "s3://odoo-lake-backup/lake")
    assert "the copy is complete" in copied
    drill = as_identity("backup", "restore-drill", "--scratch", "s3://odoo-lake-backup/lake/drill")
    assert "restored, lost, restored again and equal" in drill
