"""What is secret, dropped or hashed is in no file of a lake and in nothing that a run prints."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import duckdb
import pytest

from odoo_lake.project import find_project
from odoo_lake.sample.columns import Content
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.data.companies import SampleDatabases
from tests.data.lakes import HASH_KEY, BuiltLake, granted_place
from tests.lake_search import files_with

pytestmark = pytest.mark.data

MARKERS = [content.marker for content in Content if content.marker]


def test_no_marker_and_no_key_is_anywhere(lake: BuiltLake) -> None:
    wanted = [*MARKERS, HASH_KEY]
    assert files_with(lake.place.root, wanted) == {}
    printed = (lake.run.output + lake.run.log).lower()
    assert [marker for marker in wanted if marker.lower() in printed] == []
    # There was something to find.
    [(secrets,)] = lake.place.odoo("select count(*) from res_users where password like '%CANARY-never-extract%'")
    assert secrets > 0


def test_addresses_that_are_hashed_are_nowhere_as_they_are(lake: BuiltLake) -> None:
    addresses = lake.place.odoo(
        "select distinct lower(email) from res_partner where email like '_%@_%._%'"
        " union select distinct lower(login) from res_users where login like '_%@_%._%'"
    )
    # A name may repeat the address, and names are kept.
    names = {str(name).lower() for (name,) in lake.place.odoo("select name from res_partner where name is not null")}
    wanted = [address for (address,) in addresses if not any(address in name for name in names)]
    assert len(wanted) > 5
    assert files_with(lake.place.root, wanted) == {}
    [hashed] = lake.place.query(
        "select count(distinct email) as hashes from bronze.res_partner where length(email) = 64"
    )
    assert hashed["hashes"] > 5


def test_a_leak_is_found_wherever_it_is(postgres: EmbeddedPostgres, samples: SampleDatabases, tmp_path: Path) -> None:
    """The control: one setting keeps a column that its contract drops."""
    project = tmp_path / "project"
    shutil.copytree(find_project().contracts, project / "contracts" / "odoo")
    shutil.copytree(find_project().dbt, project / "dbt")
    (project / "odoo-lake.yaml").write_text("privacy: {res_partner.comment: keep, res_partner.email: keep}\n")
    role = "leaking_reader"
    place = granted_place(postgres, samples.name(18), tmp_path / "lake", role=role, project=project)
    extracted = place.command("extract")
    assert extracted.exit_code == 0, extracted.log
    found = files_with(place.root, MARKERS)
    assert set(found) == {Content.PRIVATE.marker.lower(), Content.PERSONAL.marker.lower()}
    assert all("/res_partner/" in path for paths in found.values() for path in paths)


@pytest.mark.parametrize("kind", ["parquet", "duckdb", "sqlite", "log"])
def test_the_search_reads_every_kind_of_file(tmp_path: Path, kind: str) -> None:
    value = "CANARY-" + "in many pages " * 400 + "END-of-canary"
    path = tmp_path / f"file.{kind}"
    if kind == "parquet":
        duckdb.execute(f"copy (select '{value}' as text, range as id from range(1000)) to '{path}'")
    elif kind == "duckdb":
        with duckdb.connect(str(path)) as duck:
            duck.execute("create schema gold")
            duck.execute(f"create table gold.mart as select '{value}' as text, range as id from range(100000)")
    elif kind == "sqlite":
        with sqlite3.connect(path) as lite:
            lite.execute("create table record (error text)")
            lite.execute("insert into record values (?)", [value])
    else:
        path.write_text(f"2026-11-22 {value}")
    assert files_with(tmp_path, [value, "no-such-canary"]) == {value.lower(): [path.name]}
