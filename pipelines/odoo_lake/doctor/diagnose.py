"""All diagnoses over one snapshot, worst first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain

from odoo_lake.doctor import (
    access,
    certificates,
    helm,
    jobs,
    nodes,
    operators,
    pods,
    probes,
    quota,
    references,
    services,
    storage,
)
from odoo_lake.doctor.findings import Finding, Severity
from odoo_lake.doctor.registry import DIAGNOSES
from odoo_lake.doctor.snapshot import Snapshot

FAMILIES = (access, certificates, helm, jobs, nodes, operators, pods, probes, quota, references, services, storage)
_LATEST = datetime.max.replace(tzinfo=UTC)


def diagnose(snapshot: Snapshot, more: Iterable[Finding] = ()) -> list[Finding]:
    """What is wrong, `more` included: critical first, then the oldest; one finding per fault of an object."""
    found: dict[tuple[str, str], Finding] = {}
    for finding in chain(more, *(look(snapshot) for look in DIAGNOSES)):
        key = (finding.fault, finding.object)
        if key not in found or _rank(finding) < _rank(found[key]):
            found[key] = finding
    return sorted(found.values(), key=_rank)


def _rank(finding: Finding) -> tuple[bool, datetime, str, str]:
    return finding.severity is not Severity.CRITICAL, finding.since or _LATEST, finding.object, finding.fault
