"""One thing that is wrong, as operators read it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from odoo_lake.doctor.snapshot import Object, describe


class Severity(StrEnum):
    """How bad: critical means that something does not work now."""

    CRITICAL = "critical"
    WARNING = "warning"


class Finding(BaseModel):
    """A fault. `fault` is its stable name; `runbook` is a path below `ops/runbooks`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: Severity
    fault: str
    object: str
    since: datetime | None
    what: str
    why: str
    remedy: str
    runbook: str


def fault_of(
    kind: str,
    item: Object,
    fault: str,
    *,
    what: str,
    why: str,
    since: datetime | None,
    remedy: str,
    runbook: str,
    severity: Severity = Severity.CRITICAL,
) -> Finding:
    """A fault of one object; a family gives what all of its faults share once, by `partial`."""
    return Finding(
        severity=severity,
        fault=fault,
        object=describe(kind, item),
        since=since,
        what=what,
        why=why,
        remedy=remedy,
        runbook=runbook,
    )


def exit_code(findings: list[Finding]) -> int:
    """0 without a finding, 1 with warnings only, 2 with a critical one."""
    if any(finding.severity is Severity.CRITICAL for finding in findings):
        return 2
    return 1 if findings else 0
