"""`odoo-lake provision-buckets` and `odoo-lake mirror-buckets`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from odoo_lake.object_store.mirror import BucketOutcome, ReadBack, Request, mirror, refuse_copy
from odoo_lake.object_store.provision import provision
from odoo_lake.object_store.server import Store
from odoo_lake.progress import reporting

SHOWN_DIFFERENCES = 20


def provision_buckets(
    access: Annotated[Path, typer.Option("--access", help="The document of buckets and identities.")],
    identities: Annotated[Path, typer.Option("--identities", help="Folder of <identity>/secret-key files.")],
    serves: Annotated[
        bool, typer.Option("--serves", help="Refuse a store that is the copy of one that was not handed over.")
    ] = False,
) -> None:
    """Bring the object store's buckets, identities and policies to what a document says."""
    store = Store.from_environment()
    if serves:
        refuse_copy(store)
    changes = provision(store, access, identities)
    for change in changes:
        typer.echo(change)
    typer.echo(f"{len(changes)} changes" if changes else "nothing changed")


def mirror_buckets(
    *,
    hand_over: Annotated[
        bool, typer.Option("--hand-over", help="The source is no longer written to; afterwards it is the copy.")
    ] = False,
    compare_only: Annotated[bool, typer.Option("--compare-only", help="Copy nothing; say what differs.")] = False,
    read_back: Annotated[
        ReadBack, typer.Option(help="Compare the bytes of every version, or of those that this run copies.")
    ] = ReadBack.ALL,
    threads: Annotated[int, typer.Option(help="Keys copied at a time.", min=1, max=64)] = 8,
) -> None:
    """Make a MinIO store equal to another, with all versions and delete markers, and compare the two.

    SOURCE_AWS_ENDPOINT_URL, SOURCE_AWS_ACCESS_KEY_ID, SOURCE_AWS_SECRET_ACCESS_KEY and the same with TARGET_ name the
    stores and their administrators. A run that was ended goes on where it stopped.
    """
    request = Request(
        source=Store.from_environment("SOURCE_"),
        target=Store.from_environment("TARGET_"),
        threads=threads,
        read_back=read_back,
        compare_only=compare_only,
        hand_over=hand_over,
    )
    with reporting("mirror") as report:
        outcome = mirror(request, report)
    if outcome.handed_over:
        typer.echo(f"{request.source.endpoint} was handed over before; nothing was copied")
        return
    for bucket in outcome.buckets:
        typer.echo(_line(bucket))
    found = [f"{bucket.name}/{difference}" for bucket in outcome.buckets for difference in bucket.differences]
    for difference in found[:SHOWN_DIFFERENCES]:
        typer.echo(f"differs: {difference}")
    if len(found) > SHOWN_DIFFERENCES:
        typer.echo(f"and {len(found) - SHOWN_DIFFERENCES} more")
    if found:
        raise typer.Exit(1)
    typer.echo("both stores are equal" + (f"; {request.target.endpoint} is now the one to use" if hand_over else ""))


def _line(bucket: BucketOutcome) -> str:
    facts = [
        f"{bucket.versions:,} versions, {bucket.markers:,} delete markers, {bucket.size_bytes:,} bytes",
        f"copied {bucket.copied:,}, removed {bucket.removed:,}",
        f"{len(bucket.differences):,} differences" if bucket.differences else "equal",
    ]
    if bucket.changed_meanwhile:
        facts.append(f"{bucket.changed_meanwhile:,} keys changed in the source meanwhile; the next run copies them")
    return f"{bucket.name}: {'; '.join(facts)}"
