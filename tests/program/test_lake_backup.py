"""The lake's own backup: two CronJobs of one identity, on where data is protected, and absent where it cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.program.conftest import shape
from tests.program.recorder import Program, run_program, stack_config

EXTERNAL = {
    "objectStore": {"mode": "external", "endpoint": "https://s3.example"},
    "objectStoreCredentials": {"default": {"accessKey": "a", "secretKey": "canary"}},
}
COMMANDS = {
    "lake-backup": ["odoo-lake", "backup", "--into=s3://odoo-lake-backup/lake", "--keep-days=14"],
    "restore-drill": ["odoo-lake", "restore-drill", "--scratch=s3://odoo-lake-backup/lake/drill"],
}


def jobs(program: Program) -> dict[str, dict[str, Any]]:
    """The specifications of the CronJobs beside the store."""
    found = (item for item in program.of("CronJob") if item.metadata["namespace"] == "lake-minio")
    return {item.metadata["name"]: item.manifest["spec"] for item in found}


def pod(job: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = job["jobTemplate"]["spec"]["template"]["spec"]
    return spec


def test_they_copy_and_restore_as_the_backup_identity_and_record_it() -> None:
    found = jobs(shape("prod"))
    assert {name: pod(job)["containers"][0]["command"] for name, job in found.items()} == COMMANDS
    for job in found.values():
        [container] = pod(job)["containers"]
        refs = {e["name"]: e["valueFrom"]["secretKeyRef"] for e in container["env"] if "valueFrom" in e}
        read = {name: (ref["name"], ref["key"]) for name, ref in refs.items()}
        assert read == {
            "AWS_ACCESS_KEY_ID": ("minio-backup", "access-key"),
            "AWS_SECRET_ACCESS_KEY": ("minio-backup", "secret-key"),
            "ODOO_LAKE_OPS": ("lake-backup-addresses", "run-record"),
        }
        assert job["concurrencyPolicy"] == "Forbid"
    address = shape("prod").named("Secret", "lake-backup-addresses").manifest["stringData"]["run-record"]
    assert address.startswith("postgresql+psycopg://lake_ops:canary-postgres-lake-ops@postgres-rw.lake-postgres.")


def test_the_two_are_never_asked_to_run_at_the_same_hour() -> None:
    schedules = {name: job["schedule"].split() for name, job in jobs(shape("prod")).items()}
    assert abs(int(schedules["lake-backup"][1]) - int(schedules["restore-drill"][1])) > 11, "the copy's deadline"


@pytest.mark.parametrize(
    ("stack", "changes", "expected"),
    [
        ("dev", {}, set()),
        ("dev", {"backup": {"enabled": True}}, set(COMMANDS)),
        ("dev", {"protectData": True}, set(COMMANDS)),
        ("prod", {}, set(COMMANDS)),
        ("prod", {"backup": {"enabled": False}}, set()),
        ("prod", EXTERNAL, set()),
    ],
)
def test_they_are_there_where_data_is_protected_or_the_stack_says_so(
    stack: str, changes: dict[str, Any], expected: set[str]
) -> None:
    program = run_program(stack_config(stack, **changes))
    assert set(jobs(program)) == expected
    # Its alerts come and go with it.
    rules = {item.metadata["name"] for item in program.of("PrometheusRule")}
    assert any("backup" in name for name in rules) is bool(expected)
    policies = [p.manifest for p in program.of("NetworkPolicy") if "lake-backup" in str(p.manifest)]
    assert bool(policies) is bool(expected)


def test_schedules_and_days_are_the_stacks() -> None:
    backup = {"schedule": "5 4 * * *", "drillSchedule": "6 17 * * 0"}
    found = jobs(run_program(stack_config("prod", backup=backup, retention={"backupDays": 30})))
    assert {name: job["schedule"] for name, job in found.items()} == {
        "lake-backup": "5 4 * * *",
        "restore-drill": "6 17 * * 0",
    }
    assert pod(found["lake-backup"])["containers"][0]["command"][-1] == "--keep-days=30"
