"""Helm releases that did not end, or ended badly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from odoo_lake.doctor.findings import Finding, Severity
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import Object, Snapshot, created, describe_name, labels_of, name_of, namespace_of

UPGRADE_TIME = timedelta(minutes=10)
_NO_KIND = re.compile(r'no matches for kind "([^"]+)" in version "([^"]+)"')


def newest_releases(secrets: Iterable[Object]) -> list[Object]:
    """The secret of each release's newest revision."""
    newest: dict[tuple[str, str], Object] = {}
    for secret in secrets:
        labels = labels_of(secret)
        if labels.get("owner") == "helm" and {"name", "version", "status"} <= labels.keys():
            key = (namespace_of(secret), labels["name"])
            if key not in newest or int(labels["version"]) > int(labels_of(newest[key])["version"]):
                newest[key] = secret
    return list(newest.values())


@diagnosis
def releases(snapshot: Snapshot) -> Iterator[Finding]:
    """Releases whose newest revision is pending for long, or failed."""
    for secret in newest_releases(snapshot.platform("Secret")):
        labels, since = labels_of(secret), _modified(secret)
        status, namespace = labels["status"], namespace_of(secret)
        note = snapshot.release_notes.get(f"{namespace}/{name_of(secret)}", "")
        where = describe_name("HelmRelease", namespace, labels["name"])
        if status.startswith("pending-") and snapshot.older_than(since, UPGRADE_TIME):
            yield Finding(
                severity=Severity.CRITICAL,
                fault="helm-release-stuck",
                object=where,
                since=since,
                what=f"revision {labels['version']} is {status}: the next deployment will be refused",
                why=note or "the process that deployed ended in the middle, or still waits",
                remedy="When nobody deploys: remove the mark of the unfinished revision, then deploy again.",
                runbook="procedures/stuck-deployment.md",
            )
        elif status == "failed":
            yield Finding(
                severity=Severity.CRITICAL,
                fault="helm-release-failed",
                object=where,
                since=since,
                what=f"revision {labels['version']} failed; what runs may be half old, half new",
                why=note or "Helm kept no reason",
                remedy="Remove the cause, then deploy again: `pulumi up`.",
                runbook="procedures/stuck-deployment.md",
            )
        if missing := _NO_KIND.search(note):
            yield Finding(
                severity=Severity.CRITICAL,
                fault="crd-absent",
                object=f"CustomResourceDefinition {missing[1]} of {missing[2]}",
                since=since,
                what=f"the cluster does not know the kind {missing[1]}",
                why=f"{where}: {note}",
                remedy="Install the operator that brings the definition, then deploy again.",
                runbook="procedures/stuck-deployment.md",
            )


def _modified(secret: Object) -> datetime | None:
    seconds = labels_of(secret).get("modifiedAt", "")
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdigit() else created(secret)
