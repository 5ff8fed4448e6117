"""Data that is late or wrong, from the run record of a lake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from odoo_lake.doctor.findings import Finding, Severity
from odoo_lake.record.status import Status


def data_findings(status: Status, now: datetime) -> Iterator[Finding]:
    """What `odoo-lake status` would call wrong."""
    if not status.extractions:
        what, why = "nothing was ever extracted into the lake", "the run record is empty"
        yield _finding("data-stale", "Lake", what, why, None, "ExtractionRecordMissing.md")
        return
    last = status.extractions[0]
    if last.status not in ("succeeded", "running"):
        why, since = last.error or last.status, last.started_at.replace(tzinfo=UTC)
        yield _finding("extraction-failed", "Lake", "the last extraction failed", why, since, "ExtractionFailed.md")
    for table in status.tables:
        if table.is_late:
            why = f"last read {table.age_hours:.1f} h ago; it may be {table.freshness_hours:g} h"
            since = now - timedelta(hours=table.age_hours - table.freshness_hours)
            yield _finding(
                "data-stale", f"Table {table.table}", "its data is stale", why, since, "TableFreshnessLate.md"
            )
    for node in status.failed_nodes:
        name = f"Model {node.unique_id}"
        yield _finding("build-failed", name, "the last build failed here", node.message or "", None, "DbtRunFailed.md")
    for check in status.differing_checks:
        why = f"{check.differing_figures} figures differ from Odoo's"
        name = f"Check {check.check_name}"
        yield _finding("figures-differ", name, "gold is not what Odoo says", why, None, "ReconciliationDifference.md")


def _finding(  # noqa: PLR0917
    fault: str, about: str, what: str, why: str, since: datetime | None, page: str
) -> Finding:
    return Finding(
        severity=Severity.CRITICAL,
        fault=fault,
        object=about,
        since=since,
        what=what,
        why=why,
        remedy="See `odoo-lake status`, remove the cause, then `odoo-lake run`.",
        runbook=page,
    )
