"""Keep the tables on Trino quick and small: merge files, refresh statistics, remove what no reader can need.

Readers' views stand on one version of each table. So a table whose version is not what was published is left as it is,
a view follows a table whose files were merged, and no file goes that a view still reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from trino.exceptions import TrinoQueryError

from odoo_lake.build.publish import Publication
from odoo_lake.errors import UserError
from odoo_lake.lake.duck import quoted
from odoo_lake.lake.location import Lake
from odoo_lake.lake.lock import exclusive
from odoo_lake.pipeline import BUILD_LOCK
from odoo_lake.progress import Reporter
from odoo_lake.trino.connection import BRONZE_SCHEMA, LAKE_CATALOG, Session, TrinoAddress
from odoo_lake.trino.publish import (
    BUILD_SUFFIX,
    inside,
    is_iceberg,
    newest_version,
    read_publication,
    relation,
    repoint_views,
    version_of,
)
from odoo_lake.trino.upkeep import Upkeep

# Smaller files are merged; the server's own default.
_SMALL_FILE_MIB = 100
_MERGES = ("OPTIMIZE", "replace")
_NOT_OURS = ("information_schema", "system", BRONZE_SCHEMA)
_DURATION = re.compile(r"([0-9.]+)([a-z]+)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class MaintainedTable:
    """What became of one table. Without `files_after` its files were not merged; `kept_for` says why files stayed."""

    schema: str
    name: str
    files_before: int
    files_after: int | None = None
    kept_for: str | None = None


def maintain_tables(
    lake: Lake, address: TrinoAddress, upkeep: Upkeep, report: Reporter, wait_seconds: float = 0
) -> tuple[MaintainedTable, ...]:
    """Merge, analyse and vacuum every table of silver, gold and what they are built from; builds wait meanwhile.

    Raises UserError, before anything is done, for a retention that the server refuses.
    """
    with exclusive(lake.layer("gold"), BUILD_LOCK, wait_seconds=wait_seconds), address.connect() as session:
        _check_retention(session, upkeep.retention_days)
        tables = _Tables(session, upkeep)
        names = _base_tables(session)
        report.start(len(names))
        done = []
        for schema, name in names:
            with _told(f"{schema}.{name}"):
                done.append(tables.maintain(schema, name))
            report.step(f"{schema}.{name}")
        return tuple(done)


class _Tables:
    """The tables on one session, with what readers see of them."""

    def __init__(self, session: Session, upkeep: Upkeep) -> None:
        self._session, self._upkeep = session, upkeep
        self._iceberg = is_iceberg(session)
        self._publication = read_publication(session)

    def maintain(self, schema: str, name: str) -> MaintainedTable:
        shown = _shown_version(self._publication, schema, name)
        files = self._small_files(schema, name)
        merged = files >= self._upkeep.from_files and (shown is None or self._is_as_shown(schema, name, shown))
        if merged:
            self._session.rows(f"alter table {relation(schema, name)} execute optimize")
        self._session.rows(f"analyze {relation(schema, name)}")
        if shown is not None and self._is_as_shown(schema, name, shown):
            newest = newest_version(self._session, schema, name)
            if newest != shown:
                self._follow(schema, name, newest)
                shown = newest
        kept_for = self._vacuum(schema, name, shown)
        after = self._small_files(schema, name) if merged else None
        return MaintainedTable(schema, name, files, after, kept_for)

    def _small_files(self, schema: str, name: str) -> int:
        limit = _SMALL_FILE_MIB * 2**20
        if self._iceberg:
            source = f"{inside(schema, name, 'files')} where content = 0 and file_size_in_bytes < {limit}"
            statement = f"select count(*) from {source}"
        else:
            source = f'{relation(schema, name)} where "$file_size" < {limit}'
            statement = f'select count(distinct "$path") from {source}'
        [[count]] = self._session.rows(statement)
        return int(count)

    def _is_as_shown(self, schema: str, name: str, shown: int) -> bool:
        """Whether nothing but merges followed the version that readers see."""
        if self._iceberg:
            later = (
                f"select operation from {inside(schema, name, 'snapshots')} where committed_at >"
                f" (select committed_at from {inside(schema, name, 'snapshots')} where snapshot_id = {shown})"
            )
        else:
            later = f"select operation from {inside(schema, name, 'history')} where version > {shown}"
        return all(operation in _MERGES for (operation,) in self._session.rows(later))

    def _follow(self, schema: str, name: str, version: int) -> None:
        """Let readers see the same rows in fewer files."""
        if self._publication is not None:
            layer = schema.removesuffix(BUILD_SUFFIX)
            self._publication = repoint_views(self._session, self._publication, {(layer, name): version})

    def _vacuum(self, schema: str, name: str, shown: int | None) -> str | None:
        """Remove files that no version within the retention has; gives why not, where readers may need them."""
        days = self._upkeep.retention_days
        threshold = f"(retention_threshold => '{days}d')"
        table = relation(schema, name)
        if shown is not None and self._is_replaced_for(schema, name, shown, days):
            return f"readers see its version {shown}, which was replaced more than {days} days ago"
        if self._iceberg:
            self._session.rows(f"alter table {table} execute expire_snapshots{threshold}")
            self._session.rows(f"alter table {table} execute remove_orphan_files{threshold}")
        else:
            arguments = f"{quoted(schema)}, {quoted(name)}, {quoted(f'{days}d')}"
            self._session.rows(f"call {LAKE_CATALOG}.system.vacuum({arguments})")
        return None

    def _is_replaced_for(self, schema: str, name: str, shown: int, days: int) -> bool:
        """Whether the retention no longer covers the version that readers see."""
        past = f"current_timestamp - interval '{days}' day"
        if self._iceberg:
            # A snapshot's age counts from its own making, however short ago it was replaced.
            if newest_version(self._session, schema, name) == shown:
                return False
            of = f"{inside(schema, name, 'snapshots')} where snapshot_id = {shown} and committed_at <= {past}"
        else:
            of = f'{inside(schema, name, "history")} where version > {shown} and "timestamp" <= {past}'
        [[count]] = self._session.rows(f"select count(*) from {of}")
        return bool(count)


def _base_tables(session: Session) -> list[tuple[str, str]]:
    """Every table of the lake's catalog; bronze's entries, on the same metastore, belong to extraction."""
    rows = session.rows(
        f"select table_schema, table_name from {LAKE_CATALOG}.information_schema.tables"
        f" where table_type = 'BASE TABLE' and table_schema not in ({', '.join(map(quoted, _NOT_OURS))})"
    )
    return sorted((schema, name) for schema, name in rows)


def _shown_version(publication: Publication | None, schema: str, name: str) -> int | None:
    """The version of a table that its view stands on."""
    layer = schema.removesuffix(BUILD_SUFFIX)
    tables = publication.tables if publication is not None and layer != schema else ()
    found = [version_of(table) for table in tables if (table.table_schema, table.name) == (layer, name)]
    return found[0] if found else None


def _check_retention(session: Session, days: int) -> None:
    minima = session.rows(f"show session like '{LAKE_CATALOG}.%min_retention'")
    for name, value, *_ in minima:
        if timedelta(days=days) < _duration(value):
            raise UserError(
                f"The retention is {days} days; the server's {name} is {value}.",
                "Files could go that a query or a build still reads, so nothing was done.",
                "Give a longer retention.",
            )


def _duration(text: str) -> timedelta:
    """Trino's way of writing a duration, as 7.00d."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no duration")
    return timedelta(**{_UNITS[match[2]]: float(match[1])})


@contextmanager
def _told(table: str) -> Iterator[None]:
    try:
        yield
    except TrinoQueryError as error:
        raise UserError(
            f"Trino refused a step on {table}: {error.message.rstrip('.')}.",
            "It and the tables after it were not maintained; readers see what they saw.",
            "Start it again when the cause is gone.",
        ) from error


def maintenance_lines(tables: tuple[MaintainedTable, ...]) -> list[str]:
    """What maintenance came to, in the user's words."""
    lines = [
        f"{table.schema}.{table.name}: {table.files_before} files became {table.files_after}"
        for table in tables
        if table.files_after is not None
    ]
    lines += [
        f"{table.schema}.{table.name}: old files were kept: {table.kept_for}" for table in tables if table.kept_for
    ]
    return [*lines, f"{len(tables)} tables analysed and vacuumed"]
