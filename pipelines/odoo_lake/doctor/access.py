"""What the doctor itself was not allowed to see: silence about it is no health."""

from __future__ import annotations

from collections.abc import Iterator

from odoo_lake.doctor.findings import Finding, Severity
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import Snapshot


@diagnosis
def unread(snapshot: Snapshot) -> Iterator[Finding]:
    """Every list that the API server refused or did not answer."""
    for kind, reason in snapshot.unread.items():
        yield Finding(
            severity=Severity.WARNING,
            fault="not-read",
            object=f"List of {kind}",
            since=None,
            what="it could not be read, so nothing is said about its faults",
            why=reason,
            remedy="Run the doctor as a user that may list it, or again when the API server answers.",
            runbook="README.md",
        )
