"""What has to be written and deleted so that a folder is as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from odoo_lake.errors import UserError
from odoo_lake.lake.commits import COMMITS
from odoo_lake.lake.state import CATALOGUE
from odoo_lake.object_store.histories import History, Version, histories
from odoo_lake.restore.place import Folder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Leases and probes say what is going on now.
_OF_THE_MOMENT = ("_locks/", ".probe")


@dataclass(frozen=True)
class Step:
    """One key of the restored folder; `version` is to be written there, or None: nothing was there."""

    source_key: str
    target_key: str
    version: Version | None

    @property
    def makes_visible(self) -> bool:
        """Whether readers find other objects through this one."""
        return self.source_key.startswith(f"{COMMITS}/") or self.source_key.endswith(CATALOGUE)


@dataclass(frozen=True)
class Plan:
    """All keys that there were at the time, and the steps that lead there."""

    source: Folder
    target: Folder
    moment: datetime
    wanted: dict[str, Version]
    """Source key to version."""
    writes: tuple[Step, ...]
    deletions: tuple[Step, ...]

    def target_key(self, source_key: str) -> str:
        return self.target.start + source_key.removeprefix(self.source.start)

    @property
    def size_bytes(self) -> int:
        return sum(version.size for version in self.wanted.values())

    @property
    def steps(self) -> tuple[Step, ...]:
        """In an order that lets no reader find what is not there: what makes visible comes last and goes first."""
        return (
            *(step for step in self.writes if not step.makes_visible),
            *(step for step in self.writes if step.makes_visible),
            *(step for step in self.deletions if step.makes_visible),
            *(step for step in self.deletions if not step.makes_visible),
        )


def state_at(history: History, moment: datetime) -> Version | None:
    """The version that a reader saw at that time; None when there was none or it was deleted."""
    version = next((version for version in history if version.modified <= moment), None)
    return None if version is None or version.is_marker else version


def plan_restore(s3: S3Client, source: Folder, target: Folder, moment: datetime) -> Plan:
    """Read the versions below `source`; raises UserError when nothing was there, or if `target` is filled."""
    found = {
        key: history
        for key, history in histories(s3, source.bucket, source.start)
        if not key.startswith(_OF_THE_MOMENT)
    }
    wanted = {key: version for key, history in found.items() if (version := state_at(history, moment)) is not None}
    now = {key for key, history in found.items() if not history[0].is_marker}
    if not wanted:
        raise UserError(
            f"Nothing was below {source.url} at {moment.isoformat()}.",
            f"Nothing was changed; {len(now)} objects are there now.",
            "Correct --bucket, --prefix or --to.",
        )
    in_place = source == target
    if not in_place:
        _check_apart(s3, source, target)
    plan = Plan(source, target, moment, wanted, (), ())
    writes = [
        Step(key, plan.target_key(key), version)
        for key, version in wanted.items()
        if not (in_place and _is_same_content(found[key][0], version))
    ]
    deletions = [Step(key, key, None) for key in sorted(now - wanted.keys())] if in_place else []
    return Plan(source, target, moment, wanted, tuple(writes), tuple(deletions))


def _is_same_content(latest: Version, wanted: Version) -> bool:
    return not latest.is_marker and (latest.size, latest.etag) == (wanted.size, wanted.etag)


def _check_apart(s3: S3Client, source: Folder, target: Folder) -> None:
    if source.holds(target) or target.holds(source):
        raise UserError(
            f"{target.url} and {source.url} are one within the other.", "Nothing was changed.", "Correct --into."
        )
    present: Iterable[object] = s3.list_objects_v2(Bucket=target.bucket, Prefix=target.start, MaxKeys=1).get(
        "Contents", []
    )
    if present:
        raise UserError(
            f"{target.url} is not empty.", "Nothing was changed.", "Name a folder with --into where nothing is yet."
        )
