"""Make a finished build what readers see: Parquet files first, then one switch for all tables together.

Readers open the catalogue, a DuckDB file `lake.duckdb` that holds views only. Replacing it is the switch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from pydantic import BaseModel, ConfigDict

from odoo_lake.build.bronze_views import create_bronze_views
from odoo_lake.build.dbt import Build
from odoo_lake.errors import UserError
from odoo_lake.lake.commits import BronzeLog
from odoo_lake.lake.duck import identifier, open_duckdb, quoted
from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import CATALOGUE, LakeState

VIEW_SCHEMA = "staging"
TABLE_SCHEMAS = ("silver", "gold")
_OWN_DATABASE = re.compile(r'"lake"\.(?="(?:bronze|staging|silver|gold)"\.)')


class PublishedTable(BaseModel):
    """One table of silver or gold and the file that holds it."""

    model_config = ConfigDict(frozen=True)

    table_schema: str
    name: str
    path: str
    """Below the bucket of its schema."""
    rows: int


class Publication(BaseModel):
    """What readers see."""

    model_config = ConfigDict(frozen=True)

    build_id: str
    run_id: str
    """The extraction it was built from."""
    as_of: date
    published_at: datetime
    fingerprint: str
    tables: tuple[PublishedTable, ...]

    @property
    def paths(self) -> dict[str, set[str]]:
        return {schema: {t.path for t in self.tables if t.table_schema == schema} for schema in TABLE_SCHEMAS}


def write_tables(build: Build, build_id: str) -> tuple[PublishedTable, ...]:
    """Write every silver and gold table of a build as Parquet; nobody reads these files yet."""
    tables = []
    with open_duckdb(str(build.database)) as duck:
        build.lake.grant_access(duck)
        for schema, folder, name in _built_tables(build.target / "manifest.json"):
            store = build.lake.layer(schema)
            directory = f"{build.state.data_prefix}{folder}/{name}"
            path = f"{directory}/{build_id}.parquet"
            source = f"{identifier(schema)}.{identifier(name)}"
            options = "format parquet, compression zstd, return_stats true"
            try:
                store.prepare(directory)
                [stats] = duck.execute(f"copy {source} to {quoted(store.url(path))} ({options})").fetchall()
            except (duckdb.IOException, OSError) as error:
                raise UserError(
                    f"{schema}.{name} can't be written to {store.url(path)}: {str(error).splitlines()[0]}",
                    "Nothing was published; readers still see the last complete state.",
                    "Free space there or give write access, then run `odoo-lake build`.",
                ) from error
            tables.append(PublishedTable(table_schema=schema, name=name, path=path, rows=stats[1]))
    return tuple(tables)


def switch(build: Build, publication: Publication, log: BronzeLog) -> None:
    """Let readers see a publication, then remove the files of all but this one and the one before."""
    lake = build.lake
    before = read_publication(lake, build.state)
    with TemporaryDirectory() as folder:
        file = Path(folder) / CATALOGUE
        with open_duckdb(str(file)) as duck:
            lake.grant_access(duck)
            create_bronze_views(duck, build.catalogue, log, lake.layer("bronze"))
            _create_views(duck, _staging_views(build), lake, publication)
        lake.catalogues.write(build.state.catalogue_path, file.read_bytes())
    _remove_superseded(lake, publication, before)


def read_publication(lake: Lake, state: LakeState) -> Publication | None:
    """What readers see now, or None if nothing was ever published."""
    if lake.catalogues.read(state.catalogue_path) is None:
        return None
    with open_published(lake, state) as duck:
        row = duck.execute("select publication from meta.publication").fetchone()
    return Publication.model_validate_json(row[0]) if row else None


@contextmanager
def open_published(lake: Lake, state: LakeState) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to what is published; raises UserError when nothing is."""
    data = lake.catalogues.read(state.catalogue_path)
    if data is None:
        raise UserError(
            f"Nothing is published for {state.label} of {lake.root}.",
            "There is nothing to read.",
            f"Run `{state.run_command}`.",
        )
    # A copy of its own: the switch may replace the file at any moment.
    with TemporaryDirectory() as folder:
        file = Path(folder) / CATALOGUE
        file.write_bytes(data)
        with open_duckdb(str(file), read_only=True) as duck:
            lake.grant_access(duck)
            yield duck


def _built_tables(manifest: Path) -> list[tuple[str, str, str]]:
    """Schema, folder below the bucket, and name of each silver and gold model."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    models = [n for n in nodes if n["resource_type"] == "model" and n["schema"] in TABLE_SCHEMAS]
    suffix = {"silver": "", "gold": "_mart"}
    return sorted((n["schema"], f"{n['fqn'][2]}{suffix[n['schema']]}", n["name"]) for n in models)


def _staging_views(build: Build) -> list[str]:
    """Statements that make the staging views, each after those that it reads.

    They come from dbt: DuckDB's own text of a view writes `cross join` as a comma, which binds otherwise.
    """
    manifest = json.loads((build.target / "manifest.json").read_text())
    views = {
        unique_id: f"create view {VIEW_SCHEMA}.{identifier(node['name'])} as ({node['compiled_code']}\n)"
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and node["schema"] == VIEW_SCHEMA
        and node["config"]["materialized"] == "view"
    }
    order = TopologicalSorter(manifest["parent_map"]).static_order()
    return [_OWN_DATABASE.sub("", views[unique_id]) for unique_id in order if unique_id in views]


def _create_views(duck: duckdb.DuckDBPyConnection, staging: list[str], lake: Lake, publication: Publication) -> None:
    for schema in (VIEW_SCHEMA, *TABLE_SCHEMAS, "meta"):
        duck.execute(f"create schema {schema}")
    for table in publication.tables:
        url = quoted(lake.layer(table.table_schema).url(table.path))
        duck.execute(f"create view {table.table_schema}.{identifier(table.name)} as from read_parquet({url})")
    for view in staging:
        duck.execute(view)
    duck.execute(f"create view meta.publication as select {quoted(publication.model_dump_json())} as publication")


def _remove_superseded(lake: Lake, now: Publication, before: Publication | None) -> None:
    # Readers that opened the catalogue before the switch still read the files of that publication.
    for schema in TABLE_SCHEMAS:
        kept = now.paths[schema] | (before.paths[schema] if before else set())
        folders = {Path(path).parent.as_posix() for path in kept}
        store = lake.layer(schema)
        store.delete(path for folder in sorted(folders) for path in store.list(folder) if path not in kept)
