"""`odoo-lake restore` and `odoo-lake restore-drill`."""

from __future__ import annotations

from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from odoo_lake.cli.options import LakeUrl, lake_of
from odoo_lake.errors import UserError
from odoo_lake.lake.location import Lake
from odoo_lake.record.writer import RunRecord
from odoo_lake.restore.drill import recorded_drill
from odoo_lake.restore.place import folder_of, parse_folder, parse_moment
from odoo_lake.restore.run import check_equal
from odoo_lake.restore.run import restore as run_restore


def restore(
    bucket: Annotated[str, typer.Option("--bucket", help="The bucket to restore, such as odoo-lake-bronze.")],
    to: Annotated[str, typer.Option("--to", metavar="TIME", help="The time to go back to: 2026-01-31T09:30:00Z.")],
    prefix: Annotated[str, typer.Option("--prefix", help="A folder of the bucket; all of it by default.")] = "",
    into: Annotated[str, typer.Option("--into", help="An empty folder, s3://BUCKET/FOLDER; in place by default.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would be done.")] = False,
) -> None:
    """Bring a versioned bucket, or a folder of it, to its state at a time, and compare every object.

    What is replaced or deleted stays as a version, so that this can be undone in the same way. Endpoint and keys come
    from the usual AWS environment or profile.
    """
    source, moment = folder_of(bucket, prefix), parse_moment(to)
    target = parse_folder(into, "--into") if into else None
    try:
        done = run_restore(Lake("s3://").s3, source, moment, into=target, dry_run=dry_run)
    except (ClientError, BotoCoreError) as error:
        raise UserError(
            f"The store did not do what was asked: {error}",
            "The restoration is not complete.",
            "Mend the cause and run it again: it goes on from what is there.",
        ) from error
    plan = done.plan
    typer.echo(
        f"{source.url} at {moment.isoformat()}: {len(plan.wanted):,} objects, {plan.size_bytes:,} bytes; "
        f"{len(plan.writes):,} to write, {len(plan.deletions):,} to delete"
    )
    if dry_run:
        typer.echo("nothing was changed")
        return
    check_equal(done)
    typer.echo(f"restored to {plan.target.url}, every object equal")


def restore_drill(
    lake: LakeUrl = "",
    table: Annotated[str, typer.Option("--table", help="A table of bronze; a small one by default.")] = "",
    scratch: Annotated[
        str, typer.Option("--scratch", help="s3://BUCKET/FOLDER of a versioned bucket; in bronze by default.")
    ] = "",
) -> None:
    """Prove that a table can be restored: aside, lost there, restored to a time, compared; the result is recorded."""
    place = lake_of(lake)
    aside = parse_folder(scratch, "--scratch") if scratch else None
    try:
        done = recorded_drill(RunRecord(place), place, table=table, scratch=aside)
    except (ClientError, BotoCoreError) as error:
        raise UserError(
            f"The store did not do what was asked: {error}",
            "It is not proven that the lake can be restored.",
            "Check the keys' rights on the buckets, then run it again.",
        ) from error
    typer.echo(
        f"{done.table} as of {done.restored_to.isoformat(timespec='seconds')}: {done.objects:,} objects, "
        f"{done.size_bytes:,} bytes, {done.rows:,} rows restored, lost, restored again and equal"
    )
