"""Certificates of cert-manager."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from odoo_lake.doctor.findings import Finding, Severity, fault_of
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import Snapshot, changed, condition, created, moment, status_of

# cert-manager renews at two thirds of the life; what is left then has failed to renew for long.
SOON = timedelta(days=14)
SHORT_LIVED = timedelta(days=30)
ISSUE_GRACE = timedelta(minutes=5)
_fault = partial(
    fault_of,
    remedy="See that cert-manager runs and that its issuer is ready; it then renews by itself.",
    runbook="CertificateExpiring.md",
)


@diagnosis
def certificates(snapshot: Snapshot) -> Iterator[Finding]:
    """Certificates that are expired, about to be, or were never issued."""
    for item in snapshot.platform("Certificate"):
        ready, ends = condition(item, "Ready"), moment(status_of(item).get("notAfter"))
        begins = moment(status_of(item).get("notBefore"))
        why = f"{ready.get('reason')}: {ready.get('message')}" if ready else "cert-manager has not looked at it"
        short = begins is not None and ends is not None and ends - begins < SHORT_LIVED
        if ends and ends <= snapshot.now:
            told = f"it ended on {ends:%Y-%m-%d %H:%M} UTC; {why}"
            what = "the certificate has expired"
            yield _fault("Certificate", item, "certificate-expired", what=what, why=told, since=ends)
        elif ready.get("status") != "True" and snapshot.older_than(changed(ready) or created(item), ISSUE_GRACE):
            what, since = "the certificate is not issued", changed(ready) or created(item)
            yield _fault("Certificate", item, "certificate-not-ready", what=what, why=why, since=since)
        elif ends and not short and ends - snapshot.now < SOON:
            told = f"it ends on {ends:%Y-%m-%d %H:%M} UTC and was not renewed; {why}"
            what, severity = "the certificate expires soon", Severity.WARNING
            yield _fault(
                "Certificate", item, "certificate-expiring", what=what, why=told, since=begins, severity=severity
            )


@diagnosis
def issuers(snapshot: Snapshot) -> Iterator[Finding]:
    """Issuers that can't issue."""
    issuers = [("Issuer", item) for item in snapshot.platform("Issuer")]
    issuers += [("ClusterIssuer", item) for item in snapshot.everywhere("ClusterIssuer")]
    for kind, item in issuers:
        ready = condition(item, "Ready")
        if ready.get("status") == "False":
            why = f"{ready.get('reason')}: {ready.get('message')}"
            what = "no certificate can be issued or renewed"
            yield _fault(kind, item, "issuer-not-ready", what=what, why=why, since=changed(ready))
