"""`odoo-lake storage-check`."""

from __future__ import annotations

from typing import Annotated

import typer

from odoo_lake.storage_check.place import parse_place
from odoo_lake.storage_check.run import DEFAULT_LARGE_MIB, carries_the_lake, check_storage
from odoo_lake.storage_check.trial import Finding, Verdict

_NAME_WIDTH = 20


def storage_check(
    url: Annotated[str, typer.Argument(metavar="URL", help="s3://BUCKET[/FOLDER] or https://HOST/BUCKET[/FOLDER].")],
    large_mib: Annotated[
        int, typer.Option("--large-mib", help="Size of the largest object that is tried.", min=1, max=65536)
    ] = DEFAULT_LARGE_MIB,
) -> None:
    """Say whether an S3 store can carry the lake; exit code 1 when it can't. Leaves nothing in the bucket.

    Needs a bucket that it may write to, and endpoint and keys in the usual AWS environment or profile.
    """
    place = parse_place(url)
    findings = []
    for finding in check_storage(place, large_mib):
        typer.echo(_line(finding))
        findings.append(finding)
    typer.echo("")
    typer.echo(_conclusion(findings))
    if not carries_the_lake(findings):
        raise typer.Exit(1)


def _line(finding: Finding) -> str:
    line = f"{finding.verdict:9} {finding.name:{_NAME_WIDTH}} {finding.detail}"
    return line if finding.verdict is Verdict.OK else f"{line} (needed for {finding.needed_for})"


def _conclusion(findings: list[Finding]) -> str:
    failed = [finding.name for finding in findings if finding.verdict is Verdict.FAILED]
    if failed:
        return f"This store can't carry the lake: {', '.join(failed)}."
    unproven = [finding.name for finding in findings if finding.verdict is Verdict.UNPROVEN]
    return "This store can carry the lake" + (f"; not proven: {', '.join(unproven)}." if unproven else ".")
