"""Reconcile a build or what is published with figures taken from Odoo's database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from odoo_lake.lake.store import Store
from odoo_lake.reconcile.checks import Check, load_checks
from odoo_lake.reconcile.compare import CheckResult, compare, figures_relation
from odoo_lake.reconcile.sides import LakeContext


@dataclass(frozen=True)
class Reconciliation:
    """All checks of one comparison."""

    results: tuple[CheckResult, ...]
    skipped: tuple[str, ...]
    """Checks that this database has no tables for, or no history."""

    @property
    def agrees(self) -> bool:
        return all(result.agrees for result in self.results)

    @property
    def differing_models(self) -> frozenset[str]:
        return frozenset(model for result in self.results if not result.agrees for model in result.check.covers)


def reconcile(
    duck: duckdb.DuckDBPyConnection, bronze: Store, figures: Mapping[str, str], context: LakeContext
) -> Reconciliation:
    """Compare the lake that `duck` reads with figures kept with an extraction: check name to object."""
    return reconcile_with(duck, {name: bronze.url(path) for name, path in figures.items()}, context)


def reconcile_with(duck: duckdb.DuckDBPyConnection, figures: Mapping[str, str], context: LakeContext) -> Reconciliation:
    """Compare with figures in Parquet files: check name to URL."""
    checks = load_checks()
    known = [check for check in checks if check.name in figures]
    return Reconciliation(
        results=tuple(_run(duck, check, figures[check.name], context) for check in known),
        skipped=tuple(check.name for check in checks if check not in known),
    )


def _run(duck: duckdb.DuckDBPyConnection, check: Check, url: str, context: LakeContext) -> CheckResult:
    return compare(duck, check, figures_relation(url), f"({check.lake_query(context)})")
