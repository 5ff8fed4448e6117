"""The metrics that exist: metrics/<job>.txt, and the recording rules.

Listings of query-exporter, MinIO, Prometheus and Alertmanager were captured from the real processes; the others hold
what the product's own documentation and source state. A line that starts with # is a comment.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lakehouse.monitoring_rules import RecordingRule, load_rule_files

METRICS = Path(__file__).parent / "metrics"


@cache
def known_metrics() -> frozenset[str]:
    """What a target provides, `up`, and what a rule records."""
    listed = {
        line
        for file in METRICS.glob("*.txt")
        for line in file.read_text().splitlines()
        if line and not line.startswith("#")
    }
    rules = [rule for file in load_rule_files().values() for group in file.groups for rule in group.rules]
    return frozenset(listed | {"up"} | {rule.record for rule in rules if isinstance(rule, RecordingRule)})
