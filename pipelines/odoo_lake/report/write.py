"""Write the report to a local file."""

from __future__ import annotations

from pathlib import Path

from odoo_lake.errors import UserError
from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import LakeState
from odoo_lake.record.writer import RunRecord

FILE = "report.html"


def default_path(lake: Lake, state: LakeState) -> Path:
    """Beside a local lake's catalogue; in the working directory for a lake on S3."""
    return Path(FILE) if lake.is_s3 else (Path(lake.root) / state.catalogue_path).with_name(FILE)


def write_report(lake: Lake, state: LakeState, path: Path) -> Path:
    """Write the page of what is published; raises UserError when nothing is, or when it can't be written."""
    from odoo_lake.report.page import render
    from odoo_lake.report.read import read_report

    page = render(read_report(lake, state, RunRecord(lake)))
    # Whoever has the page open, or opens it now, gets all of it.
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(page, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise UserError(
            f"The report can't be written to {path}: {error.strerror or error}.",
            "What is published is not affected.",
            "Give another path.",
        ) from error
    return path
