"""The whole way: extract, build, test, reconcile, publish. Every step can also be run alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from odoo_lake.build.dbt import Build, Invocation
from odoo_lake.build.publish import Publication, read_publication, switch, write_tables
from odoo_lake.build.run import BuildInputs, build_models
from odoo_lake.extract.request import FigureQuery
from odoo_lake.lake.commits import BronzeLog, read_log, run_id_at
from odoo_lake.lake.duck import open_duckdb
from odoo_lake.progress import Reporter
from odoo_lake.reconcile.checks import CheckContext, figure_queries
from odoo_lake.reconcile.run import Reconciliation, reconcile
from odoo_lake.source.odoo import OdooDatabase


@dataclass(frozen=True)
class BuildOutcome:
    """What a build came to; `publication` is None when a test or a figure kept it from readers."""

    inputs: BuildInputs
    invocation: Invocation | None
    reconciliation: Reconciliation | None
    publication: Publication | None
    unchanged: bool = False


def figures_for(as_of: date, variables: Mapping[str, Any], *, is_past: bool) -> Any:
    """The figure queries of an extraction, as a function of what the database turns out to be."""

    def queries(database: OdooDatabase) -> list[FigureQuery]:
        return figure_queries(CheckContext(database, as_of, is_past, variables))

    return queries


def build_and_publish(build: Build, as_of: date, variables: Mapping[str, Any], report: Reporter) -> BuildOutcome:
    """Build what bronze holds now, prove it, and let readers see it."""
    log = read_log(build.lake.layer("bronze"))
    inputs = BuildInputs(log, as_of, variables)
    fingerprint = inputs.fingerprint(build)
    before = read_publication(build.lake, build.state)
    if before is not None and before.fingerprint == fingerprint:
        return BuildOutcome(inputs, None, None, before, unchanged=True)
    invocation = build_models(build, inputs, report)
    if invocation.failures:
        return BuildOutcome(inputs, invocation, None, None)
    reconciliation = _reconcile(build, log, variables)
    if not reconciliation.agrees:
        return BuildOutcome(inputs, invocation, reconciliation, None)
    moment = datetime.now(UTC)
    build_id = run_id_at(moment, uuid.uuid4().hex[:8])
    publication = Publication(
        build_id=build_id,
        run_id=log.extracts[-1].run_id,
        as_of=as_of,
        published_at=moment,
        fingerprint=fingerprint,
        tables=write_tables(build, build_id),
    )
    switch(build, publication, log)
    return BuildOutcome(inputs, invocation, reconciliation, publication)


def _reconcile(build: Build, log: BronzeLog, variables: Mapping[str, Any]) -> Reconciliation:
    with open_duckdb(str(build.database)) as duck:
        build.lake.grant_access(duck)
        return reconcile(duck, build.lake.layer("bronze"), log.extracts[-1], variables)
