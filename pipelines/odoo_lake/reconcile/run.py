"""Reconcile a build or what is published with the figures of an extraction, or with the database now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from odoo_lake.lake.store import Store
from odoo_lake.reconcile.checks import Check, load_checks
from odoo_lake.reconcile.compare import CheckResult, compare, figures_relation


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
    duck: duckdb.DuckDBPyConnection, bronze: Store, figures: Mapping[str, str], variables: Mapping[str, Any]
) -> Reconciliation:
    """Compare the lake that `duck` reads with figures kept with an extraction: check name to object."""
    checks = load_checks()
    known = [check for check in checks if check.name in figures]
    results = [_run(duck, check, bronze.url(figures[check.name]), variables) for check in known]
    return Reconciliation(tuple(results), tuple(_names(checks) - _names(known)))


def _run(duck: duckdb.DuckDBPyConnection, check: Check, url: str, variables: Mapping[str, Any]) -> CheckResult:
    return compare(duck, check, figures_relation(url), f"({check.lake_query(variables)})")


def _names(checks: Iterable[Check]) -> set[str]:
    return {check.name for check in checks}
