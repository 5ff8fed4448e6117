"""The whole way: extract, build, test, reconcile, publish. Every step can also be run alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from odoo_lake.build.dbt import BUILD_COMMAND, Build, Invocation
from odoo_lake.build.lineage import source_tables
from odoo_lake.build.publish import Publication, open_published, read_publication, switch, write_tables
from odoo_lake.build.run import BuildInputs, forget_build, prepare_build, remember_build
from odoo_lake.errors import UserError
from odoo_lake.extract.request import FigureQuery, Request
from odoo_lake.extract.run import Outcome, extract
from odoo_lake.lake.commits import BronzeLog, Commit, read_log, run_id_at
from odoo_lake.lake.duck import open_duckdb
from odoo_lake.lake.lock import exclusive
from odoo_lake.progress import Reporter
from odoo_lake.reconcile.checks import figure_queries
from odoo_lake.reconcile.run import LakeRows, Reconciliation, in_duckdb, reconcile
from odoo_lake.reconcile.sides import CheckContext, Choices
from odoo_lake.record.writer import RunRecord
from odoo_lake.source.odoo import OdooDatabase

BUILD_LOCK = "build"
Reporting = Callable[[str], AbstractContextManager[Reporter]]


@dataclass(frozen=True)
class BuildOutcome:
    """What a build came to; `publication` is None when a test or a figure kept it from readers."""

    invocation: Invocation | None
    reconciliation: Reconciliation | None
    publication: Publication | None

    @property
    def unchanged(self) -> bool:
        """True when nothing had changed since the last publication, so dbt was not started."""
        return self.invocation is None and self.publication is not None


@dataclass(frozen=True)
class RunOutcome:
    """What a whole run came to."""

    extraction: Outcome
    build: BuildOutcome
    refreshed: frozenset[str] = frozenset()
    """Tables that were compared in full because a figure differed."""


@dataclass(frozen=True)
class Pipeline:
    """The steps on one lake, each of them recorded."""

    build: Build
    variables: Mapping[str, Any]
    record: RunRecord
    reporting: Reporting

    def run(self, request: Request, as_of: date) -> RunOutcome:
        """Extract, build and publish; when a figure differs, compare its tables with Odoo and build anew, once."""
        extraction = self.extract(request)
        outcome = self.build_and_publish(as_of, request.wait_seconds)
        if outcome.reconciliation is None or outcome.reconciliation.agrees:
            return RunOutcome(extraction, outcome)
        return self.refresh_and_rebuild(request, as_of, outcome.reconciliation)

    def refresh_and_rebuild(self, request: Request, as_of: date, reconciliation: Reconciliation) -> RunOutcome:
        """Compare the tables behind differing figures with Odoo row by row, then build from nothing but bronze."""
        involved = self.tables_behind(reconciliation)
        extraction = self.extract(replace(request, compare_tables=involved))
        return RunOutcome(extraction, self.rebuild(as_of, request.wait_seconds), involved)

    def tables_behind(self, reconciliation: Reconciliation) -> frozenset[str]:
        """The source tables of all figures that differ."""
        manifest = self.build.target / "manifest.json"
        return source_tables(manifest, reconciliation.differing_models) or frozenset(self.build.catalogue)

    def rebuild(self, as_of: date, wait_seconds: float = 0) -> BuildOutcome:
        """Build from nothing but bronze."""
        self._forget_build()
        return self.build_and_publish(as_of, wait_seconds)

    def extract(self, request: Request) -> Outcome:
        """One extraction."""
        with self.record.extraction(request.source.label) as recorded, self.reporting("extract") as report:
            recorded.outcome = extract(request, report)
        return recorded.outcome

    def build_and_publish(self, as_of: date, wait_seconds: float = 0) -> BuildOutcome:
        """Build what bronze holds now, prove it, and let readers see it."""
        bronze = self.build.lake.layer("bronze")
        # Builds take turns by a lease in gold, which they write anyway: bronze is read-only to them.
        turn = exclusive(self.build.lake.layer("gold"), BUILD_LOCK, wait_seconds=wait_seconds)
        with turn, self.reporting("build") as report:
            log = read_log(bronze)
            inputs = BuildInputs(log, as_of, self.variables)
            before = self._published()
            fingerprint = inputs.fingerprint(self.build)
            if before is not None and before.fingerprint == fingerprint:
                return BuildOutcome(None, self._reconcile_published(log, as_of), before)
            return self._build(inputs, fingerprint, report)

    def _build(self, inputs: BuildInputs, fingerprint: str, report: Reporter) -> BuildOutcome:
        return self.finish(inputs, self._build_models(inputs, report), fingerprint)

    def _forget_build(self) -> None:
        forget_build(self.build)

    def _published(self) -> Publication | None:
        return read_publication(self.build.lake, self.build.state)

    def _build_models(self, inputs: BuildInputs, report: Reporter) -> Invocation:
        command, variables = self.prepare_models(inputs)
        invocation = self.build.invoke(command, variables, report)
        if not invocation.failures:
            self.remember_models(inputs)
        return invocation

    def prepare_models(self, inputs: BuildInputs) -> tuple[Sequence[str], dict[str, Any]]:
        """Make everything ready for dbt; gives the command and its variables. Raises UserError for an empty bronze."""
        return BUILD_COMMAND, prepare_build(self.build, inputs)

    def remember_models(self, inputs: BuildInputs) -> None:
        """After a build without failures: let the next one go on from it."""
        remember_build(self.build, inputs)

    def _publish(self, publication: Publication, log: BronzeLog) -> Publication:
        """Let readers see the build; gives the publication with its tables."""
        complete = publication.model_copy(update={"tables": write_tables(self.build, publication.build_id)})
        switch(self.build, complete, log)
        return complete

    def finish(self, inputs: BuildInputs, invocation: Invocation, fingerprint: str) -> BuildOutcome:
        """Record what dbt did, prove it, and publish it if every test and every figure is right."""
        last = last_extraction(inputs.log)
        self.record.save_invocation(invocation, last.run_id, inputs.as_of)
        if invocation.failures:
            return BuildOutcome(invocation, None, None)
        reconciliation = self._reconcile_build(last, inputs.as_of)
        if not reconciliation.agrees:
            return BuildOutcome(invocation, reconciliation, None)
        moment = datetime.now(UTC)
        build_id = run_id_at(moment, uuid.uuid4().hex[:8])
        started = Publication(
            build_id=build_id,
            run_id=last.run_id,
            as_of=inputs.as_of,
            published_at=moment,
            fingerprint=fingerprint,
            tables=(),
        )
        publication = self._publish(started, inputs.log)
        self.record.save_publication(invocation, build_id, self._missing_referents())
        return BuildOutcome(invocation, reconciliation, publication)

    def _reconcile_build(self, commit: Commit, as_of: date) -> Reconciliation:
        with open_duckdb(str(self.build.database)) as duck:
            self.build.lake.grant_access(duck)
            return self._reconcile(duck, commit, as_of)

    def _reconcile_published(self, log: BronzeLog, as_of: date) -> Reconciliation:
        with open_published(self.build.lake, self.build.state) as duck:
            return self._reconcile(duck, last_extraction(log), as_of)

    def _reconcile(self, duck: Any, commit: Commit, as_of: date, lake_rows: LakeRows = in_duckdb) -> Reconciliation:
        check_figures(commit, as_of, self.variables)
        reconciliation = reconcile(duck, self.build.lake.layer("bronze"), commit, as_of, lake_rows)
        self.record.save_reconciliation(reconciliation, commit.run_id, as_of)
        return reconciliation

    def _missing_referents(self) -> dict[str, int]:
        """Placeholder rows per dimension."""
        with open_duckdb(str(self.build.database), read_only=True) as duck:
            rows = duck.execute(
                "select table_name from duckdb_columns() where schema_name = 'silver' and column_name = 'is_missing'"
            ).fetchall()
            counts = {
                name: duck.execute(f"select count(*) from silver.{name} where is_missing").fetchall()[0][0]
                for (name,) in rows
            }
        return {name: count for name, count in counts.items() if count}


def figures_for(days: Mapping[date, bool], choices: Choices) -> Callable[[OdooDatabase], list[FigureQuery]]:
    """The figure queries of an extraction, for each day and whether that day is past."""

    def queries(database: OdooDatabase) -> list[FigureQuery]:
        contexts = (CheckContext(database, choices, day, is_past) for day, is_past in days.items())
        return [query for context in contexts for query in figure_queries(context)]

    return queries


def check_figures(commit: Commit, as_of: date, variables: Mapping[str, Any]) -> None:
    """Raise UserError when an extraction took no figures that can be compared with this day and these choices."""
    if as_of.isoformat() not in commit.figures:
        raise UserError(
            f"Extraction {commit.run_id} took no figures for {as_of.isoformat()}.",
            "What can't be compared with Odoo's own figures is not published.",
            "Run `odoo-lake run`, with --as-of for a past day.",
        )
    changed = [name for name, value in variables.items() if commit.settings.get(name) != str(value)]
    if changed:
        raise UserError(
            f"{', '.join(changed)} changed since extraction {commit.run_id} took its figures.",
            "The figures were taken under another choice and can't be compared.",
            "Run `odoo-lake run`, which takes them anew.",
        )


def last_extraction(log: BronzeLog) -> Commit:
    if log.last is None:
        raise UserError("Bronze is empty.", "There is nothing to compare.", "Run `odoo-lake extract` first.")
    return log.last
