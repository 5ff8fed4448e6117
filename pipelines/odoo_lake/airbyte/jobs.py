"""Finished syncs, as Airbyte's public API lists them."""

from __future__ import annotations

from itertools import islice, takewhile

from pydantic import BaseModel, ConfigDict, Field

from odoo_lake.airbyte.api import AirbyteApi
from odoo_lake.errors import UserError

# A refresh lands rows as a sync does; the other kinds of job remove them.
_LANDING = ("sync", "refresh")
_SUCCEEDED = "succeeded"


class Job(BaseModel):
    """One job of a connection. Their ids rise, and a connection works on one at a time."""

    model_config = ConfigDict(frozen=True)

    id: int = Field(alias="jobId")
    kind: str = Field(alias="jobType")
    status: str
    rows_synced: int | None = Field(default=None, alias="rowsSynced")


def finished_syncs(api: AirbyteApi, connection: str, after: int | None) -> tuple[Job, ...]:
    """The jobs after this one that landed rows, oldest first; of all of them the newest when there is none to be after.

    Raises UserError when Airbyte has no connection of this name, or more than one.
    """
    found = [one["connectionId"] for one in api.every("connections") if one["name"] == connection]
    if len(found) != 1:
        raise UserError(
            f"Airbyte has {len(found)} connections named {connection}.",
            "It is unknown which of its jobs land Odoo's rows.",
            "Start the Job airbyte-apply again, or delete the others in Airbyte.",
        )
    newest_first = api.every("jobs", connectionId=found[0], status=_SUCCEEDED, orderBy="createdAt|DESC")
    landed = (job for job in map(Job.model_validate, newest_first) if job.status == _SUCCEEDED and job.kind in _LANDING)
    if after is None:
        return tuple(islice(landed, 1))
    return tuple(takewhile(lambda job: job.id > after, landed))[::-1]
