"""One extraction: everything that is read comes from one snapshot and becomes visible in one commit."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import psycopg

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Method, Privacy
from odoo_lake.errors import UserError
from odoo_lake.extract.plan import Plan, make_plan
from odoo_lake.extract.reader import Snapshot, read_error
from odoo_lake.extract.request import FigureQuery, Request
from odoo_lake.extract.work import ReadingWork, RunContext
from odoo_lake.lake.commits import (
    FIGURES,
    BronzeLog,
    Commit,
    CommitKind,
    append_commit,
    read_log,
    run_id_at,
    unreferenced,
)
from odoo_lake.lake.duck import open_duckdb, quoted
from odoo_lake.lake.landed import landed_files, newest_landing
from odoo_lake.lake.lock import exclusive
from odoo_lake.lake.store import Store
from odoo_lake.progress import Reporter
from odoo_lake.source.odoo import OdooDatabase, inspect
from odoo_lake.source.projection import custom_columns, hash_key_id, hmac_key_settings

LOCK = "bronze"


@dataclass(frozen=True)
class Outcome:
    """What a run found and did."""

    commit: Commit
    database: OdooDatabase
    plan: Plan
    custom_columns: Mapping[str, tuple[str, ...]]


def extract(request: Request, report: Reporter) -> Outcome:
    """Run one extraction; raises UserError, and then nothing of it is visible."""
    bronze = request.lake.layer("bronze")
    bronze.check_writable()
    with exclusive(bronze, LOCK, wait_seconds=request.wait_seconds):
        log = read_log(bronze)
        bronze.delete(unreferenced(bronze, log, request.catalogue, datetime.now(UTC)))
        try:
            with request.source.connect() as connection:
                return _Extraction(request, bronze, log, connection, report).run()
        except psycopg.Error as error:
            raise read_error(request.source, "the structure of the source", error) from error


class _Extraction:
    """The state of one run; its methods are called once, in the order they stand in."""

    def __init__(
        self,
        request: Request,
        bronze: Store,
        log: BronzeLog,
        connection: psycopg.Connection[tuple[Any, ...]],
        report: Reporter,
    ) -> None:
        self._request = request
        self._bronze = bronze
        self._log = log
        self._connection = connection
        self._report = report
        self._spill = request.lake.work_directory / f"spill-{os.getpid()}"

    def run(self) -> Outcome:
        request = self._request
        database = inspect(self._connection, request.source, request.catalogue)
        landed = self._landed() if request.lands_elsewhere else None
        now = self._log.next_extracted_at(self._after(landed or {}, _now(self._connection)))
        plan = make_plan(
            request.catalogue,
            database,
            self._log,
            request.settings,
            now=now,
            with_hash_key=bool(request.hash_key),
            readable_states=self._readable_states(),
            compare_tables=self._compared(),
            accept_schema_changes=request.accept_schema_changes,
            landed=landed,
        )
        run = uuid.uuid4()
        snapshot = Snapshot(
            run=run,
            run_id=run_id_at(now, run.hex[:8]),
            exported=_export_snapshot(self._connection),
            extracted_at=now,
            session_settings=hmac_key_settings(request.hash_key) if request.hash_key else {},
        )
        context = RunContext(request, self._bronze, self._log, snapshot, self._spill, self._report)
        queries, refused = askable(self._connection, request.figures(database))
        key = figures_key(queries, request.business_settings)
        work = ReadingWork(context, plan, queries, self._kept_figures(key, database))
        try:
            work.run_all()
        finally:
            shutil.rmtree(self._spill, ignore_errors=True)
        commit = Commit(
            run_id=snapshot.run_id,
            kind=CommitKind.EXTRACT,
            extracted_at=now,
            committed_at=datetime.now(UTC),
            odoo_version=database.version,
            odoo_full_version=database.full_version,
            modules=tuple(sorted(database.modules)),
            source=request.source.label,
            source_identity=database.identity,
            tables=work.tables,
            absent_tables=plan.absent,
            figures=work.figures,
            figures_key=key,
            hash_key_id=hash_key_id(request.hash_key) if request.hash_key else "",
            rehashed_for=request.rehash or (self._log.last.rehashed_for if self._log.last else ""),
            figure_errors=refused,
            settings=dict(request.business_settings),
        )
        append_commit(self._bronze, commit)
        return Outcome(commit, database, plan, _custom_columns(request.catalogue, database))

    def _compared(self) -> frozenset[str]:
        """Tables to compare in full: what was asked for, and with another key all that hold a hash.

        Raises UserError where nobody asked to hash everything anew.
        """
        request, last = self._request, self._log.last
        key = hash_key_id(request.hash_key) if request.hash_key else ""
        # Where a run without a key came between, hashed columns are new ones and compared anyhow.
        if last is None or "" in (key, last.hash_key_id) or key == last.hash_key_id:
            return request.compare_tables
        hashed = frozenset(t for t, c in request.catalogue.items() if any(x.privacy is Privacy.HASH for x in c.columns))
        if not hashed <= request.compare_tables and request.rehash in ("", last.rehashed_for):
            raise UserError(
                f"The key of hashed columns is not the one that run {last.run_id} used.",
                "Nothing was read: what is hashed from now on would not match what was hashed before.",
                "Set the former key again, or have everything hashed anew: odoo-lake extract --full.",
            )
        return request.compare_tables | hashed

    def _landed(self) -> dict[str, tuple[str, ...]]:
        """Tables that Airbyte reads by their cursor, and its files that are not taken over yet."""
        found = {}
        for table, contract in self._request.catalogue.items():
            if contract.method is Method.CURSOR and contract.table == contract.relation:
                latest = self._log.latest(table)
                found[table] = landed_files(self._request.lake, table, latest.landed_until if latest else None)
        return found

    def _after(self, landed: Mapping[str, tuple[str, ...]], now: datetime) -> datetime:
        """`now`, or just after Airbyte's newest row: what is read later must be newer than it."""
        newest = newest_landing(self._request.lake, tuple(path for paths in landed.values() for path in paths))
        return now if newest is None else max(now, newest + timedelta(milliseconds=1))

    def _kept_figures(self, key: str, database: OdooDatabase) -> dict[str, dict[str, str]] | None:
        """The last run's figures if they answer the same questions; they hold as long as no row has changed."""
        last = self._log.last
        if last is None or last.figures_key != key or last.source_identity != database.identity:
            return None
        paths = {path for figures in last.figures.values() for path in figures.values()}
        return last.figures if paths <= set(self._bronze.list(FIGURES)) else None

    def _readable_states(self) -> frozenset[str]:
        """Key states that can be read; a lost or torn one is rebuilt."""
        readable = set()
        with open_duckdb(threads=1) as duck:
            self._request.lake.grant_access(duck)
            for table in self._log.tables():
                latest = self._log.latest(table)
                if latest is None or latest.key_state is None:
                    continue
                try:
                    duck.execute(f"select row_version from {quoted(self._bronze.url(latest.key_state))} limit 0")
                except duckdb.Error:
                    continue
                readable.add(latest.key_state)
        return frozenset(readable)


def figures_key(queries: list[FigureQuery], settings: Mapping[str, str]) -> str:
    """A digest of all that figures depend on beside Odoo's rows."""
    asked = [[query.day.isoformat(), query.name, query.statement] for query in queries]
    return hashlib.sha256(json.dumps([asked, dict(settings)], sort_keys=True).encode()).hexdigest()


def _now(connection: psycopg.Connection[tuple[Any, ...]]) -> datetime:
    row = connection.execute("select now()").fetchone()
    if row is None:
        raise RuntimeError("select now() gave no row")
    moment: datetime = row[0]
    return moment.astimezone(UTC)


def _export_snapshot(connection: psycopg.Connection[tuple[Any, ...]]) -> str:
    row = connection.execute("select pg_export_snapshot()").fetchone()
    if row is None:
        raise RuntimeError("pg_export_snapshot() gave no row")
    return str(row[0])


def askable(
    connection: psycopg.Connection[tuple[Any, ...]], queries: list[FigureQuery]
) -> tuple[list[FigureQuery], dict[str, str]]:
    """Queries that this database can plan, and the reason for each that it can't; a failed one would end the run."""
    askable, refused = [], {}
    for query in queries:
        try:
            with connection.transaction():
                connection.execute(f"explain {query.statement}".encode())
        except psycopg.Error as error:
            refused[query.name] = str(error).splitlines()[0]
        else:
            askable.append(query)
    return askable, refused


def _custom_columns(catalogue: Catalogue, database: OdooDatabase) -> dict[str, tuple[str, ...]]:
    found = {
        contract.relation: tuple(custom_columns(contract, database.relations[contract.relation]))
        for contract in catalogue.values()
        if contract.relation in database.relations
    }
    return {relation: columns for relation, columns in found.items() if columns}
