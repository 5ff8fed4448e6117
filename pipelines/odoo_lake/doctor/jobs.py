"""Jobs that failed, and schedules that do not run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from odoo_lake.cron import last_due
from odoo_lake.doctor.findings import Finding, Severity, fault_of
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import (
    Object,
    Snapshot,
    changed,
    condition,
    created,
    describe,
    moment,
    name_of,
    namespace_of,
    owner_of,
    status_of,
)

START_GRACE = timedelta(minutes=15)
_late = partial(fault_of, "CronJob", severity=Severity.WARNING)


@diagnosis
def failed_jobs(snapshot: Snapshot) -> Iterator[Finding]:
    """Jobs that failed and that no later run of their CronJob made up for."""
    jobs = list(snapshot.platform("Job"))
    for job in jobs:
        failed = condition(job, "Failed")
        if failed.get("status") != "True" or any(_makes_up(other, job) for other in jobs):
            continue
        yield Finding(
            severity=Severity.CRITICAL,
            fault="job-failed",
            object=describe("Job", job),
            since=changed(failed),
            what="the Job failed and will not be tried again",
            why=f"{failed.get('reason')}: {failed.get('message')}{_endings(snapshot, job)}",
            remedy=f"Read `kubectl -n {namespace_of(job)} logs job/{name_of(job)}`; remove the cause, run it again.",
            runbook="JobFailed.md",
        )


def _makes_up(other: Object, job: Object) -> bool:
    kind, name = owner_of(job)
    same = kind == "CronJob" and owner_of(other) == (kind, name) and namespace_of(other) == namespace_of(job)
    later = (created(other) or datetime.min) > (created(job) or datetime.max) if same else False
    return later and bool(status_of(other).get("succeeded"))


def _endings(snapshot: Snapshot, job: Object) -> str:
    """How the containers of a Job's pods ended."""
    endings: dict[str, None] = {}
    for pod in snapshot.platform("Pod"):
        if namespace_of(pod) == namespace_of(job) and owner_of(pod) == ("Job", name_of(job)):
            for container in status_of(pod).get("containerStatuses") or []:
                ended = container.get("state", {}).get("terminated")
                if ended and ended.get("exitCode"):
                    ending = f"{container['name']} ended with {ended.get('reason')}, exit code {ended['exitCode']}"
                    endings[ending] = None
    return f" ({'; '.join(endings)})" if endings else ""


@diagnosis
def schedules(snapshot: Snapshot) -> Iterator[Finding]:
    """CronJobs that are suspended or missed their time."""
    for cronjob in snapshot.platform("CronJob"):
        spec, status = cronjob["spec"], status_of(cronjob)
        started = moment(status.get("lastScheduleTime")) or created(cronjob)
        if spec.get("suspend"):
            why = "spec.suspend is true: somebody stopped it, or a run of an operation did not set it back"
            remedy = (
                f"When it is no longer wanted: `kubectl -n {namespace_of(cronjob)} patch cronjob {name_of(cronjob)}"
            )
            remedy += """ -p '{"spec":{"suspend":false}}'`."""
            what, page = "it does not run", "PipelineCronjobSuspended.md"
            yield _late(cronjob, "cronjob-suspended", what=what, why=why, since=started, remedy=remedy, runbook=page)
            continue
        if status.get("active"):
            continue
        try:
            due = last_due(spec["schedule"], snapshot.now - START_GRACE, spec.get("timeZone") or "UTC")
        except (ValueError, KeyError, OSError):
            continue
        if due and started and started < due:
            why = f"it was due at {due:%Y-%m-%d %H:%M %Z} ({spec['schedule']}) and started nothing"
            remedy = "Look at its events; a start delayed beyond `startingDeadlineSeconds` is left out."
            what, page = "it missed its time", "PipelineCronjobOverdue.md"
            yield _late(cronjob, "cronjob-overdue", what=what, why=why, since=due, remedy=remedy, runbook=page)
