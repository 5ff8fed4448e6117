"""Dashboards are what their source says, read metrics that exist, and draw the alerts' own thresholds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.render import DASHBOARDS, rendered
from lakehouse.monitoring_rules import PROFILES, AlertRule, load_rule_files, load_thresholds
from tests.monitoring.metric_listings import known_metrics
from tests.monitoring.rule_cases import metric_names, rules_of

FILES = sorted(DASHBOARDS.rglob("*.json"))
PANELS = [(file, panel) for file in FILES for panel in json.loads(file.read_text())["panels"]]


def test_the_files_are_what_the_source_says() -> None:
    written = {file: file.read_text() for file in FILES}
    assert written == rendered(), "run `make dashboards`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_dashboard_is_in_grafanas_schema(file: Path) -> None:
    board = json.loads(file.read_text())
    assert json.loads(JSONEncoder().encode(Dashboard.from_json(board))) == board, "a key that Grafana does not know"
    assert board["uid"] == file.stem
    assert board["editable"] is False
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_users_three_dashboards_and_every_dashboard_of_an_alert_exist(profile: str) -> None:
    uids = {file.stem for file in FILES if file.parent.name == profile}
    assert {"lakehouse-pipeline-health", "lakehouse-data-quality", "lakehouse-usage-analytics"} <= uids
    assert "lakehouse-overview" in uids
    files = load_rule_files()
    assert {files[product].dashboard for product in rules_of(profile)} <= uids


def test_panels_do_not_overlap() -> None:
    for file in FILES:
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(file.read_text())["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert not cells & taken, f"{file.stem}: {panel['title']}"
            assert at["x"] + at["w"] <= 24
            taken |= cells


@pytest.mark.parametrize(("file", "panel"), PANELS, ids=lambda value: getattr(value, "stem", None) or value["title"])
def test_a_panel_says_what_it_shows_and_reads_metrics_that_exist(file: Path, panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"]["uid"] == "${datasource}"
    for target in panel["targets"]:
        expression = target["expr"].replace("$__rate_interval", "5m")
        names = metric_names(expression) - {"ALERTS"}
        assert names <= known_metrics(), f"{file.stem}: {names - known_metrics()}"


def test_lines_are_drawn_where_the_alerts_fire_and_link_to_their_runbooks() -> None:
    every = [rule for product in load_rule_files().values() for group in product.groups for rule in group.rules]
    rules = {rule.alert: rule for rule in every if isinstance(rule, AlertRule)}
    linked = 0
    for file, panel in PANELS:
        thresholds = load_thresholds(file.parent.name)
        for link in panel.get("links", []):
            name = re.fullmatch(r".*/(\w+)\.md", link["url"])[1]  # type: ignore[index]
            assert name in rules, f"{file.stem}: {name}"
            steps = panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [])
            limits = {step["value"] for step in steps if step.get("value") is not None}
            numbers = {thresholds[key] for key in re.findall(r"\$\{(\w+)\}", rules[name].model_dump_json())}
            assert limits <= numbers, f"{file.stem}: {panel['title']} draws {limits}, {name} has {numbers}"
            linked += 1
    assert linked > 40
