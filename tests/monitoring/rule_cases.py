"""The tests of alerts: cases/<rule file>.yaml, written out as promtool reads them.

A case gives series, and says when its alert fires with which labels and words, and when it is silent.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import promql_parser
import yaml
from pydantic import BaseModel, ConfigDict

from lakehouse.monitoring_rules import PROFILES, Links, deployed_parts, render_rules
from tests.monitoring.prometheus_tools import prometheus_tool

CASES = Path(__file__).parent / "cases"
LINKS = Links(runbooks="https://runbooks.example", grafana="https://grafana.example")


class Case(BaseModel):
    """One trace and what the alert does in it; times are promtool's (`7m`, `1d2h`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    profiles: tuple[str, ...] = PROFILES
    interval: str = "1m"
    series: dict[str, str]
    fires: dict[str, list[dict[str, str]] | dict[str, str]] = {}
    """Time -> the labels that the rule does not fix, and `says`: the description."""
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class TestedAlert:
    """One alert as one profile deploys it, and its cases there."""

    __test__ = False

    profile: str
    product: str
    rule: Mapping[str, Any]
    recording: tuple[Mapping[str, Any], ...]
    """The recording rules that its expression needs, in order."""
    cases: tuple[Case, ...]

    @property
    def name(self) -> str:
        return str(self.rule["alert"])


def load_cases() -> dict[str, dict[str, list[Case]]]:
    """{rule file: {alert: cases}}"""
    files = sorted(CASES.glob("*.yaml"))
    return {
        file.stem: {
            alert: [Case.model_validate(case) for case in cases]
            for alert, cases in yaml.load(file.read_text(), yaml.BaseLoader).items()  # noqa: S506 - 0x4 is four samples, no number
        }
        for file in files
    }


def rules_of(profile: str) -> dict[str, dict[str, Any]]:
    """All rules of a profile, of both kinds of ingestion."""
    parts = deployed_parts(profile, "airbyte") | deployed_parts(profile, "direct")
    return render_rules(profile, parts, LINKS)


def alerts_with_cases() -> list[TestedAlert]:
    """Every alert in every profile that deploys it."""
    cases = load_cases()
    found = []
    for profile in PROFILES:
        products = rules_of(profile)
        rules = [rule for content in products.values() for group in content["groups"] for rule in group["rules"]]
        recorded: dict[str, list[Mapping[str, Any]]] = {}
        for rule in rules:
            if "record" in rule:
                recorded.setdefault(rule["record"], []).append(rule)
        for product, content in products.items():
            for rule in (rule for group in content["groups"] for rule in group["rules"] if "alert" in rule):
                own = [case for case in cases.get(product, {}).get(rule["alert"], []) if profile in case.profiles]
                needed = _recordings(str(rule["expr"]), recorded)
                found.append(TestedAlert(profile, product, rule, tuple(needed), tuple(own)))
    return found


def metric_names(expression: str) -> set[str]:
    """The metrics that an expression reads."""
    names: set[str] = set()
    _collect(promql_parser.parse(expression), names)
    return names


def _collect(node: Any, names: set[str]) -> None:
    if isinstance(node, promql_parser.VectorSelector):
        names.add(str(node.name))
        return
    for attribute in ("vector_selector", "expr", "param", "lhs", "rhs"):
        child = getattr(node, attribute, None)
        if child is not None and not isinstance(child, str | float):
            _collect(child, names)
    for argument in getattr(node, "args", None) or ():
        _collect(argument, names)


def _recordings(expression: str, recorded: Mapping[str, list[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    needed: list[Mapping[str, Any]] = []
    for name in sorted(metric_names(expression)):
        for rule in recorded.get(name, []):
            needed += [*_recordings(str(rule["expr"]), recorded), rule]
    return [rule for index, rule in enumerate(needed) if rule not in needed[:index]]


def write_test(folder: Path, name: str, alert: TestedAlert) -> Path:
    """A rule file with the alert alone and a test file with its cases; returns the latter."""
    rules = folder / f"{name}.rules.json"
    rules.write_text(json.dumps({"groups": [{"name": "tested", "rules": [*alert.recording, alert.rule]}]}))
    tests = [_promtool_test(case, alert.rule) for case in alert.cases]
    file = folder / f"{name}.test.json"
    file.write_text(json.dumps({"rule_files": [rules.name], "evaluation_interval": "1m", "tests": tests}))
    return file


def _promtool_test(case: Case, rule: Mapping[str, Any]) -> dict[str, Any]:
    def expected(alert: Mapping[str, str]) -> dict[str, Any]:
        own = {key: value for key, value in alert.items() if key != "says"}
        return {
            "exp_labels": own | rule["labels"],
            "exp_annotations": rule["annotations"] | {"description": alert["says"]},
        }

    moments = [
        {
            "eval_time": time,
            "alertname": rule["alert"],
            "exp_alerts": [expected(alert) for alert in (alerts if isinstance(alerts, list) else [alerts])],
        }
        for time, alerts in case.fires.items()
    ]
    moments += [{"eval_time": time, "alertname": rule["alert"], "exp_alerts": []} for time in case.silent]
    series = [{"series": name, "values": values} for name, values in case.series.items()]
    return {"name": case.name, "interval": case.interval, "input_series": series, "alert_rule_test": moments}


def run_promtool(files: Iterable[Path]) -> dict[Path, str]:
    """What promtool says about each test file; an empty text is a success."""
    promtool = prometheus_tool("promtool")
    paths = list(files)
    command = [promtool, "test", "rules", *map(str, paths)]
    # promtool makes a database per case; in memory that takes a third of the time.
    memory = {"TMPDIR": "/dev/shm"} if Path("/dev/shm").is_dir() else {}  # noqa: S108
    environment = {**os.environ, **memory}
    ran = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    parts = re.split(r"^Unit Testing:  (.*)$", ran.stdout, flags=re.MULTILINE)
    said = dict(zip(map(Path, parts[1::2]), parts[2::2], strict=True))
    missing = [path for path in paths if path not in said]
    if missing:
        raise RuntimeError(f"promtool did not run {missing[0]}: {ran.stdout[-2000:]}")
    return {path: "" if said[path].strip() == "SUCCESS" else said[path].strip() for path in paths}
