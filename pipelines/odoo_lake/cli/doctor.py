"""`odoo-lake doctor`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from odoo_lake.cli.options import lake_of
from odoo_lake.doctor.access import not_read
from odoo_lake.doctor.deadline import LateError, Reads
from odoo_lake.doctor.diagnose import diagnose
from odoo_lake.doctor.findings import Finding, Severity, exit_code
from odoo_lake.doctor.snapshot import Snapshot

if TYPE_CHECKING:
    from odoo_lake.record.status import Status

RUNBOOKS = "ops/runbooks"
_STYLES = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow"}


def doctor(
    context: Annotated[
        str, typer.Option("--context", help="Context of the kubeconfig; the current one by default.")
    ] = "",
    lake: Annotated[
        str, typer.Option("--lake", help="Also look at this lake's run record: s3:// name or folder.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is wrong with a deployed platform, worst first; exit code 0, 1 warnings, 2 critical or no answer."""
    from odoo_lake.doctor.cluster import read_cluster

    reads = Reads()
    status = reads.start(partial(_status, lake)) if lake else None
    snapshot = read_cluster(context, reads)
    findings = diagnose(snapshot, _data(lake, reads, status, snapshot.now) if status else ())
    if as_json:
        document = {"findings": [f.model_dump(mode="json") for f in findings], "unread": dict(snapshot.unread)}
        typer.echo(json.dumps(document, indent=2))
    else:
        _print(Console(highlight=False, soft_wrap=True), findings, snapshot)
    raise typer.Exit(exit_code(findings))


def _status(lake: str) -> Status:
    from odoo_lake.record.status import read_status
    from odoo_lake.record.writer import RunRecord

    return read_status(RunRecord(lake_of(lake)))


def _data(lake: str, reads: Reads, status: Future[Status], now: datetime) -> list[Finding]:
    from odoo_lake.doctor.data import data_findings

    try:
        return list(data_findings(reads.result(status), now))
    except LateError as late:
        remedy = "See that the lake's store and its run record answer, then run the doctor again."
        return [not_read(f"Run record of {lake}", str(late), remedy)]


def _print(console: Console, findings: Sequence[Finding], snapshot: Snapshot) -> None:
    for finding in findings:
        head = Text(finding.severity.upper(), style=_STYLES[finding.severity])
        head.append(f"  {finding.object}: {finding.what}{_since(finding.since)}", style="default")
        console.print(head)
        for label, text in (("why", finding.why), ("do", finding.remedy), ("see", f"{RUNBOOKS}/{finding.runbook}")):
            console.print(f"  {label + ':':5}{' '.join(text.split())}", markup=False)
    critical = sum(finding.severity is Severity.CRITICAL for finding in findings)
    seconds = (datetime.now(UTC) - snapshot.now).total_seconds()
    told = f"{critical} critical, {len(findings) - critical} warnings" if findings else "nothing is wrong"
    console.print(f"{told} (read in {seconds:.1f} s)")


def _since(moment: datetime | None) -> str:
    return f", since {moment:%Y-%m-%d %H:%M} UTC" if moment else ""
