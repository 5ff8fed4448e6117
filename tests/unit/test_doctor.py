"""The diagnoses that a simulated cluster can't show, and the arithmetic below them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from odoo_lake.cron import last_due
from odoo_lake.doctor import Severity, diagnose
from odoo_lake.doctor.cluster import measured_volumes
from odoo_lake.doctor.data import data_findings
from odoo_lake.doctor.findings import exit_code
from odoo_lake.doctor.snapshot import Snapshot, Volume
from odoo_lake.record.status import Status, TableAge
from odoo_lake.record.tables import ExtractRun

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def item(name: str, namespace: str = "", **body: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "creationTimestamp": "2026-03-01T00:00:00Z"}
    return {"metadata": metadata, "spec": {}, **body}


def condition(kind: str, status: str, message: str = "") -> dict[str, Any]:
    changed = {"lastTransitionTime": "2026-03-04T11:00:00Z", "reason": "Told", "message": message}
    return {"conditions": [{"type": kind, "status": status, **changed}]}


def test_nothing_is_wrong_with_nothing() -> None:
    assert diagnose(Snapshot(NOW)) == []
    assert exit_code([]) == 0


def test_a_node_that_does_not_answer_is_critical_and_told_since_when() -> None:
    node = item("a", status=condition("Ready", "Unknown", "Kubelet stopped posting node status."))
    [finding] = diagnose(Snapshot(NOW, {"Node": [node]}))
    assert (finding.fault, finding.object) == ("node-not-ready", "Node a")
    assert finding.since == datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
    assert "stopped posting" in finding.why
    assert exit_code([finding]) == 2


def test_an_extension_of_the_api_that_is_down_is_told() -> None:
    service = item(
        "v1.example.com", spec={"service": {"name": "x"}}, status=condition("Available", "False", "no route")
    )
    [finding] = diagnose(Snapshot(NOW, {"APIService": [service]}))
    assert (finding.fault, finding.why) == ("api-service-down", "no route")


@pytest.mark.parametrize(
    ("used", "inodes", "severity"),
    [(0.79, 0.1, None), (0.8, 0.1, "warning"), (0.9, 0.1, "critical"), (0.1, 0.95, "critical")],
)
def test_a_volume_is_nearly_full_by_bytes_or_inodes(used: float, inodes: float, severity: str | None) -> None:
    found = diagnose(Snapshot(NOW, volumes=(Volume("lake-minio", "data", used, inodes),)))
    assert [finding.severity for finding in found] == ([Severity(severity)] if severity else [])
    assert all(finding.object == "PersistentVolumeClaim lake-minio/data" for finding in found)


def test_volumes_are_read_from_a_kubelets_summary() -> None:
    claim = {"name": "data", "namespace": "lake-minio"}
    volume = {"pvcRef": claim, "capacityBytes": 100, "availableBytes": 25, "inodes": 10, "inodesUsed": 5}
    summary = {"pods": [{"volume": [volume, {"name": "emptyDir", "capacityBytes": 1}]}, {}]}
    assert list(measured_volumes(summary)) == [Volume("lake-minio", "data", 0.75, 0.5)]


def test_what_could_not_be_read_is_no_silence() -> None:
    [finding] = diagnose(Snapshot(NOW, unread={"Event": "403 Forbidden"}))
    assert (finding.fault, finding.object, finding.why) == ("not-read", "List of Event", "403 Forbidden")
    assert exit_code([finding]) == 1


def test_critical_comes_before_warning_and_old_before_new() -> None:
    old = item("old", status=condition("Ready", "False"))
    old["status"]["conditions"][0]["lastTransitionTime"] = "2026-03-02T00:00:00Z"
    new, pressed = item("new", status=condition("Ready", "False")), item("pressed")
    pressed["status"] = {
        "conditions": condition("Ready", "True")["conditions"] + condition("DiskPressure", "True")["conditions"]
    }
    found = diagnose(Snapshot(NOW, {"Node": [pressed, new, old]}))
    assert [finding.object for finding in found] == ["Node old", "Node new", "Node pressed"]


def test_other_namespaces_are_none_of_its_business() -> None:
    state = {"waiting": {"reason": "ErrImagePull", "message": ""}}
    status = {"phase": "Pending", "containerStatuses": [{"name": "a", "image": "b", "state": state}]}
    pods = [item("p", namespace, status=status) for namespace in ("shop", "lake-minio")]
    assert [finding.object for finding in diagnose(Snapshot(NOW, {"Pod": pods}))] == ["Pod lake-minio/p"]


def test_a_failed_job_that_a_later_run_made_up_for_is_over() -> None:
    owner = [{"kind": "CronJob", "name": "load", "controller": True}]
    failed, later = item("load-1", "lake-dbt", status=condition("Failed", "True")), item("load-2", "lake-dbt")
    for job in (failed, later):
        job["metadata"]["ownerReferences"] = owner
    later["metadata"]["creationTimestamp"] = "2026-03-02T00:00:00Z"
    assert [finding.fault for finding in diagnose(Snapshot(NOW, {"Job": [failed, later]}))] == ["job-failed"]
    later["status"] = {"succeeded": 1}
    assert diagnose(Snapshot(NOW, {"Job": [failed, later]})) == []


# 4 March 2026 is a Wednesday.
@pytest.mark.parametrize(
    ("schedule", "zone", "due"),
    [
        ("5 * * * *", "UTC", "2026-03-04T11:05:00+00:00"),
        ("*/20 * * * *", "UTC", "2026-03-04T12:00:00+00:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-04T01:30:00+00:00"),
        ("0 3 * * sun", "UTC", "2026-03-01T03:00:00+00:00"),
        ("0 3 * * 7", "UTC", "2026-03-01T03:00:00+00:00"),
        ("0 3 2-3 3 *", "UTC", "2026-03-03T03:00:00+00:00"),
        ("0 3 3 * 1", "UTC", "2026-03-03T03:00:00+00:00"),
        ("@daily", "UTC", "2026-03-04T00:00:00+00:00"),
        ("0 0 1 1 *", "UTC", None),
    ],
)
def test_when_a_schedule_was_last_due(schedule: str, zone: str, due: str | None) -> None:
    assert last_due(schedule, NOW, zone) == (datetime.fromisoformat(due) if due else None)


def test_late_data_is_told_since_it_was_late() -> None:
    extraction = ExtractRun(run_id="1", status="succeeded", started_at=NOW)
    ages = [TableAge(name, NOW, hours, 2, 10) for name, hours in (("account_move", 5), ("res_partner", 1))]
    [finding] = data_findings(Status((extraction,), (), tuple(ages), (), ()), NOW)
    assert (finding.fault, finding.object) == ("data-stale", "Table account_move")
    assert finding.since == datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    [never] = data_findings(Status((), (), (), (), ()), NOW)
    assert never.what == "nothing was ever extracted into the lake"
