"""Reconcile a build or what is published with figures taken from Odoo's database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from odoo_lake.lake.commits import Commit
from odoo_lake.lake.store import Store
from odoo_lake.reconcile.checks import OVERWRITTEN, Check, load_checks
from odoo_lake.reconcile.compare import CheckResult, compare, figures_relation
from odoo_lake.reconcile.sides import LakeContext


@dataclass(frozen=True)
class Reconciliation:
    """All checks of one comparison."""

    results: tuple[CheckResult, ...]
    skipped: Mapping[str, str]
    """Checks that were not made, with the reason."""

    @property
    def agrees(self) -> bool:
        return all(result.agrees for result in self.results)

    @property
    def differing_models(self) -> frozenset[str]:
        return frozenset(model for result in self.results if not result.agrees for model in result.check.covers)


LakeRows = Callable[[duckdb.DuckDBPyConnection, str], str]
"""Makes a query over silver and gold a relation that DuckDB can read."""


def in_duckdb(duck: duckdb.DuckDBPyConnection, query: str) -> str:
    """The query itself, where DuckDB reads silver and gold."""
    del duck
    return f"({query})"


def reconcile(
    duck: duckdb.DuckDBPyConnection, bronze: Store, commit: Commit, as_of: date, lake_rows: LakeRows = in_duckdb
) -> Reconciliation:
    """Compare the lake that `duck` reads with the figures that an extraction took for a day."""
    figures = {name: bronze.url(path) for name, path in commit.figures.get(as_of.isoformat(), {}).items()}
    missing = {check.name: _why_missing(check, commit) for check in load_checks() if check.name not in figures}
    return reconcile_with(duck, figures, missing, LakeContext(commit.odoo_version, as_of), lake_rows)


def reconcile_with(
    duck: duckdb.DuckDBPyConnection,
    figures: Mapping[str, str],
    skipped: Mapping[str, str],
    context: LakeContext,
    lake_rows: LakeRows = in_duckdb,
) -> Reconciliation:
    """Compare with figures in Parquet files: check name to URL."""
    known = [check for check in load_checks() if check.name in figures]
    results = tuple(
        compare(duck, check, figures_relation(figures[check.name]), lake_rows(duck, check.lake_query(context)))
        for check in known
    )
    return Reconciliation(results, skipped)


def _why_missing(check: Check, commit: Commit) -> str:
    if check.name in commit.figure_errors:
        return commit.figure_errors[check.name]
    absent = [table for table in check.needs if table in commit.absent_tables]
    if absent:
        return f"this Odoo has no {', '.join(absent)}"
    return "the extraction took no figures for it" if check.keeps_history else OVERWRITTEN
