"""Alerting and recording rules: monitoring/rules/*.yaml with the thresholds of a profile put in.

What is deployed is the file's content; only ${threshold}, `runbook_url` and `dashboard_url` come from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

MONITORING = Path(__file__).resolve().parents[2] / "monitoring"
PROFILES = ("lightweight", "production")

Severity = Literal["critical", "high", "warning", "none"]
Priority = Literal["P0", "P1", "P2", "P3"]

_PLACEHOLDER = re.compile(r"\$\{([a-z0-9_]+)\}")


class MonitoringError(ValueError):
    """A rule or a threshold that can't be deployed; the message names the file and the key."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Threshold(_Strict):
    """One number of an alert; `value` for every profile, or one per profile."""

    unit: str
    value: float | None = None
    lightweight: float | None = None
    production: float | None = None

    def of(self, profile: str) -> float:
        own = getattr(self, profile)
        number = self.value if own is None else own
        if number is None:
            raise MonitoringError(f"a threshold has no value for {profile}")
        return float(number)

    @model_validator(mode="after")
    def _has_a_number_for_every_profile(self) -> Threshold:
        for profile in PROFILES:
            self.of(profile)
        return self


class AlertLabels(_Strict):
    severity: Severity
    priority: Priority
    team: Literal["data", "platform"]
    component: str


class AlertAnnotations(_Strict):
    summary: str = Field(pattern=r"^[^{]+\.$")
    description: str


class AlertRule(_Strict):
    alert: str = Field(pattern=r"^(Watchdog|([A-Z][a-z0-9]+){2,})$")
    expr: str
    for_: str | None = Field(default=None, alias="for")
    keep_firing_for: str | None = None
    labels: AlertLabels
    annotations: AlertAnnotations


class RecordingRule(_Strict):
    record: str
    expr: str
    labels: dict[str, str] = {}


class RuleGroup(_Strict):
    name: str
    interval: str | None = None
    rules: tuple[AlertRule | RecordingRule, ...]


class RuleFile(_Strict):
    """One product's rules; deployed when every part of `requires` is deployed."""

    requires: tuple[str, ...]
    dashboard: str
    groups: tuple[RuleGroup, ...]


def deployed_parts(profile: str, ingestion: str) -> frozenset[str]:
    """What rule files may require, of a profile and `airbyte` or `direct` ingestion."""
    always = {"pipeline", "kubernetes", "postgres", "minio", "odoo", "backup"}
    products = {"metabase", "cronjob"} if profile == "lightweight" else {"trino", "superset", "datahub", "dagster"}
    return frozenset(always | products | {"airbyte" if ingestion == "airbyte" else "extraction"})


@dataclass(frozen=True)
class Links:
    """Where an alert's reader is sent, without a slash at the end."""

    runbooks: str
    grafana: str


def load_thresholds(profile: str, folder: Path = MONITORING) -> dict[str, float]:
    """The numbers of a profile by name, in the units of the file."""
    text = yaml.safe_load((folder / "thresholds.yaml").read_text())
    return {name: Threshold.model_validate(entry).of(profile) for name, entry in text.items()}


def load_rule_files(folder: Path = MONITORING) -> dict[str, RuleFile]:
    """All rule files by product; raises pydantic's ValidationError for an unknown or missing key."""
    files = sorted((folder / "rules").glob("*.yaml"))
    return {file.stem: RuleFile.model_validate(yaml.safe_load(file.read_text())) for file in files}


def select_rule_files(files: Mapping[str, RuleFile], parts: Iterable[str]) -> dict[str, RuleFile]:
    """Those whose products are all among the deployed `parts`."""
    deployed = frozenset(parts)
    return {name: file for name, file in files.items() if deployed.issuperset(file.requires)}


def render_groups(name: str, file: RuleFile, thresholds: Mapping[str, float], links: Links) -> list[dict[str, Any]]:
    """A file's groups as Prometheus reads them."""
    text = file.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True, mode="json")
    groups: list[dict[str, Any]] = _fill(text["groups"], thresholds, name)
    for group in groups:
        for rule in group["rules"]:
            if "alert" in rule:
                rule["annotations"] |= {
                    "runbook_url": f"{links.runbooks}/{rule['alert']}.md",
                    "dashboard_url": f"{links.grafana}/d/{file.dashboard}",
                }
    return groups


def render_rules(profile: str, parts: Iterable[str], links: Links, folder: Path = MONITORING) -> dict[str, Any]:
    """The content of one PrometheusRule per product: {product: {"groups": [...]}}."""
    thresholds = load_thresholds(profile, folder)
    selected = select_rule_files(load_rule_files(folder), parts)
    return {name: {"groups": render_groups(name, file, thresholds, links)} for name, file in selected.items()}


def placeholders(text: str) -> set[str]:
    """The thresholds that a rule names."""
    return set(_PLACEHOLDER.findall(text))


def _fill(node: Any, thresholds: Mapping[str, float], where: str) -> Any:
    if isinstance(node, dict):
        return {key: _fill(value, thresholds, where) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(value, thresholds, where) for value in node]
    return _PLACEHOLDER.sub(lambda match: _number(match[1], thresholds, where), node) if isinstance(node, str) else node


def _number(name: str, thresholds: Mapping[str, float], where: str) -> str:
    if name not in thresholds:
        raise MonitoringError(
            f"monitoring/rules/{where}.yaml names ${{{name}}}, which monitoring/thresholds.yaml lacks"
        )
    return f"{thresholds[name]:.15g}"
