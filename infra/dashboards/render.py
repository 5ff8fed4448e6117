"""Which dashboards each profile gets, as files."""

from __future__ import annotations

from pathlib import Path

from lakehouse.monitoring_rules import MONITORING, PROFILES, deployed_parts, load_thresholds

from .boards import BOARDS
from .panels import render_board
from .products import PRODUCT_BOARDS

DASHBOARDS = MONITORING / "dashboards"
# Put in where the rules' runbook_url is: a user's own address replaces it in both.
RUNBOOKS = "https://runbooks.odoo-lakehouse.invalid"


def rendered() -> dict[Path, str]:
    """{file: content} of every profile, of both kinds of ingestion."""
    files = {}
    for profile in PROFILES:
        parts = deployed_parts(profile, "airbyte") | deployed_parts(profile, "direct")
        thresholds = load_thresholds(profile)
        for board in (*BOARDS, *PRODUCT_BOARDS):
            if parts.issuperset(board.requires):
                file = DASHBOARDS / profile / f"{board.uid}.json"
                files[file] = render_board(board, thresholds, RUNBOOKS)
    return files
