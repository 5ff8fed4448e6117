"""The one place that lists the sensitive columns which are kept by default."""

from __future__ import annotations

import re
from pathlib import Path

from odoo_lake.contracts.catalogue import load_catalogue
from odoo_lake.contracts.model import Privacy
from odoo_lake.project import find_project


def test_it_lists_every_sensitive_column_that_is_kept_and_no_other() -> None:
    project = find_project()
    page = (Path(project.directory) / "contracts" / "README.md").read_text()
    listed = re.findall(r"^\| `(\w+\.\w+)` \| \S", page, re.M)
    kept = [
        f"{contract.table}.{column.name}"
        for contract in load_catalogue(project.contracts).values()
        for column in contract.columns
        if column.is_sensitive and column.privacy is Privacy.KEEP
    ]
    assert listed == sorted(kept)
