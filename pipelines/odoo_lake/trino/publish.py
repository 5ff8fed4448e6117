"""What readers see on Trino: views in `silver` and `gold`, each on one version of its table.

A build replaces tables beside them. After all tests pass, the views are switched to the new versions together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from odoo_lake.build.publish import TABLE_SCHEMAS, Publication, PublishedTable
from odoo_lake.lake.duck import identifier, quoted
from odoo_lake.trino.connection import LAKE_CATALOG, Session

BUILD_SUFFIX = "_build"
META_SCHEMA = "meta"
_VERSION = "version "
_READERS_SEE = {"silver": ("dim_", "fact_", "snapshot_"), "gold": ("",)}


@dataclass(frozen=True)
class BuiltTable:
    """A table that dbt built, and the version of it that this build left."""

    schema: str
    name: str
    version: int

    @property
    def rows_at_version(self) -> str:
        """The table as this build left it, whatever a later build does to it."""
        return f"{build_name(self.schema, self.name)} for version as of {self.version}"


def build_name(schema: str, name: str) -> str:
    """Where dbt builds a table of silver or gold."""
    return relation(f"{schema}{BUILD_SUFFIX}", name)


def relation(schema: str, name: str) -> str:
    """A table or view of the lake's catalog, as statements name it."""
    return f"{LAKE_CATALOG}.{identifier(schema)}.{identifier(name)}"


def built_tables(session: Session, manifest: Path) -> tuple[BuiltTable, ...]:
    """Every table of silver and gold that readers are to see, with its newest version."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    found: list[tuple[str, str]] = []
    for node in nodes:
        schema = node["schema"].removesuffix(BUILD_SUFFIX)
        is_table = node["resource_type"] == "model" and schema in TABLE_SCHEMAS
        if is_table and node["name"].startswith(_READERS_SEE[schema]):
            found.append((schema, node["name"]))
    found.sort()
    versions = newest_versions(session, [(f"{schema}{BUILD_SUFFIX}", name) for schema, name in found])
    return tuple(BuiltTable(schema, name, version) for (schema, name), version in zip(found, versions, strict=True))


def newest_version(session: Session, schema: str, name: str) -> int:
    """The version that a table is at, or its Iceberg snapshot."""
    [version] = newest_versions(session, [(schema, name)])
    return version


def newest_versions(session: Session, tables: Sequence[tuple[str, str]]) -> list[int]:
    """The versions that tables are at, by schema and name, in one statement."""
    iceberg = is_iceberg(session)
    each = []
    for number, (schema, name) in enumerate(tables):
        if iceberg:
            newest = f"snapshot_id from {inside(schema, name, 'refs')} where name = 'main'"
        else:
            newest = f"max(version) from {inside(schema, name, 'history')}"
        each.append(f"select {number}, {newest}")
    return [int(version) for _, version in sorted(session.rows(" union all ".join(each)))]


def inside(schema: str, name: str, part: str) -> str:
    """One of a table's metadata tables."""
    return relation(schema, f"{name}${part}")


def is_iceberg(session: Session) -> bool:
    """Whether the lake's tables are Iceberg's, not Delta's."""
    [[connector]] = session.rows(
        f"select connector_name from system.metadata.catalogs where catalog_name = {quoted(LAKE_CATALOG)}"
    )
    return bool(connector == "iceberg")


def switch_views(session: Session, publication: Publication) -> None:
    """Let readers see a build: one statement per table, nothing is computed in them; it can be repeated."""
    for schema in (*TABLE_SCHEMAS, META_SCHEMA):
        session.rows(f"create schema if not exists {LAKE_CATALOG}.{schema}")
    session.address.each(
        publication.tables,
        lambda own, table: _show(own, BuiltTable(table.table_schema, table.name, version_of(table))),
    )
    _keep(session, publication)
    for schema in TABLE_SCHEMAS:
        shown = {name for (name,) in session.rows(f"show tables from {LAKE_CATALOG}.{schema}")}
        for name in sorted(shown - {table.name for table in publication.tables if table.table_schema == schema}):
            session.rows(f"drop view {relation(schema, name)}")


def repoint_views(session: Session, publication: Publication, versions: Mapping[tuple[str, str], int]) -> Publication:
    """Let some views stand on other versions with the same rows; schema and name to version."""
    tables = []
    for table in publication.tables:
        version = versions.get((table.table_schema, table.name))
        if version is not None:
            _show(session, BuiltTable(table.table_schema, table.name, version))
        tables.append(table if version is None else table.model_copy(update={"path": version_path(version)}))
    changed = publication.model_copy(update={"tables": tuple(tables)})
    _keep(session, changed)
    return changed


def version_path(version: int) -> str:
    """Where a publication says that a table's rows are."""
    return f"{_VERSION}{version}"


def version_of(table: PublishedTable) -> int:
    """The version of its table that a view stands on."""
    return int(table.path.removeprefix(_VERSION))


def _show(session: Session, table: BuiltTable) -> None:
    session.rows(
        f"create or replace view {relation(table.schema, table.name)} security definer"
        f" as select * from {table.rows_at_version}"
    )


def _keep(session: Session, publication: Publication) -> None:
    text = quoted(publication.model_dump_json())
    session.rows(
        f"create or replace view {LAKE_CATALOG}.{META_SCHEMA}.publication security definer"
        f" as select {text} as publication"
    )


def read_publication(session: Session) -> Publication | None:
    """What readers see now, or None if nothing was ever published."""
    there = session.rows(
        f"select 1 from {LAKE_CATALOG}.information_schema.tables"
        f" where table_schema = {quoted(META_SCHEMA)} and table_name = 'publication'"
    )
    if not there:
        return None
    [[text]] = session.rows(f"select publication from {LAKE_CATALOG}.{META_SCHEMA}.publication")
    return Publication.model_validate_json(text)


def listed_tables(session: Session, tables: tuple[BuiltTable, ...]) -> tuple[PublishedTable, ...]:
    """The tables as a publication lists them, with their numbers of rows."""
    counts = " union all ".join(
        f"select {quoted(table.schema)}, {quoted(table.name)}, count(*) from {table.rows_at_version}"
        for table in tables
    )
    rows = {(schema, name): count for schema, name, count in session.rows(counts)}
    return tuple(
        PublishedTable(table_schema=t.schema, name=t.name, path=version_path(t.version), rows=rows[t.schema, t.name])
        for t in tables
    )
