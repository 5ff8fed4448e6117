"""`odoo-lake backup`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from odoo_lake.backup.record import recorded_backup
from odoo_lake.cli.options import LakeUrl, lake_of
from odoo_lake.errors import UserError
from odoo_lake.record.writer import RunRecord
from odoo_lake.restore.place import parse_folder


def backup(
    into: Annotated[str, typer.Option("--into", help="s3://BUCKET/FOLDER of another bucket of the same store.")],
    lake: LakeUrl = "",
    keep_days: Annotated[
        int, typer.Option("--keep-days", help="How long the copy keeps what is gone from the lake.", min=0)
    ] = 14,
) -> None:
    """Copy bronze, which alone cannot be built again, into another bucket, and compare the two; it is recorded."""
    place, target = lake_of(lake), parse_folder(into, "--into")
    if target.bucket in {place.bucket(layer) for layer in ("bronze", "silver", "gold")}:
        raise UserError(
            f"--into is {into}, a bucket of the lake itself.",
            "What happens to the lake would happen to its copy.",
            "Name another bucket, such as s3://odoo-lake-backup/lake.",
        )
    try:
        outcomes = recorded_backup(RunRecord(place), place, target, keep=timedelta(days=keep_days))
    except (ClientError, BotoCoreError) as error:
        raise UserError(
            f"The store did not do what was asked: {error}",
            "The copy is as far as this run got.",
            "Is the bucket full (its quota), and may these keys write there? Mend the cause; the next run goes on.",
        ) from error
    for done in outcomes:
        typer.echo(
            f"{done.bucket}: {done.objects:,} objects, {done.size_bytes:,} bytes in {target.url}; "
            f"copied {done.copied:,}, removed {done.removed:,}, kept {done.kept:,} that are gone from the lake"
        )
    typer.echo("the copy is complete")
