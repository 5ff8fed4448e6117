"""A backup with its place in the run record, where monitoring looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from odoo_lake.backup.run import BackedUp, back_up
from odoo_lake.errors import UserError
from odoo_lake.lake.location import Lake
from odoo_lake.record.tables import LakeBackup
from odoo_lake.record.writer import RunRecord
from odoo_lake.restore.place import Folder

# Silver and gold are built from it.
LAYERS = ("bronze",)


def recorded_backup(record: RunRecord, lake: Lake, into: Folder, *, keep: timedelta) -> tuple[BackedUp, ...]:
    """Copy what cannot be built again and record how it ended; raises what the copy raises."""
    with record.session() as session:
        backup = LakeBackup(status="running", started_at=datetime.now(UTC), destination=into.url)
        session.add(backup)
        session.commit()
        try:
            outcomes = tuple(back_up(lake.s3, lake.bucket(layer), into, keep=keep) for layer in LAYERS)
        except BaseException as error:
            backup.error = error.fact if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
            backup.status = "failed"
            raise
        else:
            backup.status = "succeeded"
            backup.objects = sum(outcome.objects for outcome in outcomes)
            backup.size_bytes = sum(outcome.size_bytes for outcome in outcomes)
            backup.copied = sum(outcome.copied for outcome in outcomes)
            backup.removed = sum(outcome.removed for outcome in outcomes)
        finally:
            backup.finished_at = datetime.now(UTC)
            session.commit()
    return outcomes
