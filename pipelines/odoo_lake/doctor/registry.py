"""The list of diagnoses: each module of a family adds its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from odoo_lake.doctor.findings import Finding
from odoo_lake.doctor.snapshot import Snapshot

Diagnosis = Callable[[Snapshot], Iterator[Finding]]
DIAGNOSES: list[Diagnosis] = []


def diagnosis(function: Diagnosis) -> Diagnosis:
    """Register a function from what was read to what is wrong."""
    DIAGNOSES.append(function)
    return function
