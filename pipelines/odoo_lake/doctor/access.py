"""What the doctor itself was not allowed to see: silence about it is no health."""

from __future__ import annotations

from collections.abc import Iterator

from odoo_lake.doctor.findings import Finding, Severity
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import Snapshot


@diagnosis
def unread(snapshot: Snapshot) -> Iterator[Finding]:
    """Every list that the API server refused or did not answer."""
    remedy = "Run the doctor as a user that may list it, or again when the API server answers."
    for kind, reason in snapshot.unread.items():
        yield not_read(f"List of {kind}", reason, remedy)


def not_read(about: str, reason: str, remedy: str) -> Finding:
    """Something that nothing can be said about."""
    return Finding(
        severity=Severity.WARNING,
        fault="not-read",
        object=about,
        since=None,
        what="it could not be read, so nothing is said about its faults",
        why=reason,
        remedy=remedy,
        runbook="README.md",
    )
