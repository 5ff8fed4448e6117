"""Every alert fires for its reason at the stated time, is silent at the boundary, and resolves."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from lakehouse.monitoring_rules import (
    PROFILES,
    AlertRule,
    deployed_parts,
    load_rule_files,
    load_thresholds,
    placeholders,
    render_rules,
)
from tests.monitoring.metric_listings import known_metrics
from tests.monitoring.rule_cases import (
    LINKS,
    Case,
    TestedAlert,
    alerts_with_cases,
    load_cases,
    metric_names,
    run_promtool,
    write_test,
)

ALERTS = alerts_with_cases()


def test_each_alert_does_what_its_cases_say(tmp_path: Path) -> None:
    files = {write_test(tmp_path, f"{alert.profile}-{alert.name}", alert): alert for alert in ALERTS if alert.cases}
    wrong = {f"{files[path].profile} {files[path].name}": said for path, said in run_promtool(files).items() if said}
    assert not wrong, "\n".join(f"{name}: {said}" for name, said in wrong.items())


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: f"{alert.profile}-{alert.name}")
def test_each_alert_is_shown_to_fire_to_be_silent_and_to_resolve(alert: TestedAlert) -> None:
    cases = alert.cases
    if alert.name == "Watchdog":
        assert any(case.fires for case in cases)
        return
    assert any(case.fires and case.silent for case in cases), "no case shows when it fires"
    assert any(not case.fires for case in cases), "no case shows the boundary, where it is silent throughout"
    assert any(_minutes(case.silent[-1]) > max(map(_minutes, case.fires)) for case in cases if case.fires)


def test_every_case_belongs_to_an_alert() -> None:
    known = {(alert.product, alert.name) for alert in ALERTS}
    assert {(product, name) for product, cases in load_cases().items() for name in cases} <= known


def test_alert_names_are_unique() -> None:
    rules = [rule for file in load_rule_files().values() for group in file.groups for rule in group.rules]
    names = [rule.alert for rule in rules if isinstance(rule, AlertRule)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_target_that_was_never_found_is_noticed_for_every_expected_job(profile: str, tmp_path: Path) -> None:
    alert = next(alert for alert in ALERTS if (alert.profile, alert.name) == (profile, "ScrapeTargetMissing"))
    jobs = [rule["labels"]["job"] for rule in alert.recording]
    says = "Job {} has no target; 1 at least is expected. Its alerts can't fire."
    expected = [{"job": job, "says": says.format(job)} for job in jobs]
    case = Case(name="no target", series={}, fires={"15m": expected}, silent=("14m",))
    [said] = run_promtool([write_test(tmp_path, "no-target", replace(alert, cases=(case,)))]).values()
    assert not said, said


def test_every_threshold_is_used_by_a_rule() -> None:
    used = {name for file in load_rule_files().values() for name in placeholders(file.model_dump_json())}
    assert used == set(load_thresholds("production"))


USERS_FIVE = {
    "failed_syncs": 0,
    "failed_extractions": 0,
    "failed_dbt_runs": 0,
    "data_age_seconds": 4 * 3600,
    "query_p95_seconds": 10,
    "storage_used_share": 0.80,
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("ingestion", ["airbyte", "direct"])
def test_the_users_five_alerts_are_deployed_as_asked(profile: str, ingestion: str) -> None:
    thresholds = load_thresholds(profile)
    assert {name: thresholds[name] for name in USERS_FIVE} == USERS_FIVE
    rules = render_rules(profile, deployed_parts(profile, ingestion), LINKS)
    severities = {
        rule["alert"]: rule["labels"]["severity"]
        for content in rules.values()
        for group in content["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
    latency = "TrinoQueryLatencyHigh" if profile == "production" else "MetabaseQueryLatencyHigh"
    sync = "AirbyteSyncFailed" if ingestion == "airbyte" else "ExtractionFailed"
    asked = {sync: "critical", "DbtRunFailed": "high", "DataFreshnessLate": "warning"}
    asked |= {latency: "warning", "MinioStorageUsageHigh": "warning"}
    assert {name: severities.get(name) for name in asked} == asked
    assert ("AirbyteSyncFailed" in severities) == (ingestion == "airbyte")


def _minutes(time: str) -> float:
    total, number = 0.0, ""
    for character in time:
        if character.isdigit():
            number += character
        else:
            total += int(number) * {"s": 1 / 60, "m": 1, "h": 60, "d": 1440}[character]
            number = ""
    return total


def test_rules_read_metrics_that_a_target_or_a_recording_rule_provides() -> None:
    rules = [rule for file in load_rule_files().values() for group in file.groups for rule in group.rules]
    for rule in rules:
        names = metric_names(re.sub(r"\$\{\w+\}", "1", rule.expr))
        assert names <= known_metrics(), f"{rule}: {names - known_metrics()}"
