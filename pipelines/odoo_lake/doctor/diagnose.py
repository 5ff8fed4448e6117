"""All diagnoses over one snapshot, worst first."""

from __future__ import annotations

from datetime import UTC, datetime

from odoo_lake.doctor import helm, pods, probes
from odoo_lake.doctor.findings import Finding, Severity
from odoo_lake.doctor.registry import DIAGNOSES
from odoo_lake.doctor.snapshot import Snapshot

FAMILIES = (helm, pods, probes)
_LATEST = datetime.max.replace(tzinfo=UTC)


def diagnose(snapshot: Snapshot) -> list[Finding]:
    """What is wrong: critical before warning, then the oldest first; one finding per fault of an object."""
    found: dict[tuple[str, str], Finding] = {}
    for look in DIAGNOSES:
        for finding in look(snapshot):
            key = (finding.fault, finding.object)
            if key not in found or _rank(finding) < _rank(found[key]):
                found[key] = finding
    return sorted(found.values(), key=_rank)


def _rank(finding: Finding) -> tuple[bool, datetime, str, str]:
    return finding.severity is not Severity.CRITICAL, finding.since or _LATEST, finding.object, finding.fault
