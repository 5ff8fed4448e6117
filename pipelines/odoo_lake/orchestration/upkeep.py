"""Maintenance as jobs: bronze's files, and the tables on Trino."""

# Dagster reads the annotations of its functions, so they are not postponed here.

import dagster as dg

from odoo_lake.lake.compact import compact
from odoo_lake.orchestration.identities import Identity, acting_as
from odoo_lake.orchestration.lakehouse import Lakehouse
from odoo_lake.progress import Silent
from odoo_lake.trino.connection import trino_address
from odoo_lake.trino.maintain import maintain_tables, maintenance_lines
from odoo_lake.trino.upkeep import FROM_FILES, RETENTION_DAYS, Upkeep
from odoo_lake.workspace import open_workspace

_WAIT_SECONDS = 600


@dg.op
def compact_bronze(context: dg.OpExecutionContext, lakehouse: Lakehouse) -> None:
    """Merge bronze's small files."""
    with acting_as(Identity.EXTRACTOR):
        for done in compact(lakehouse.lake, open_workspace().catalogue, Silent(), wait_seconds=_WAIT_SECONDS):
            context.log.info(f"{done.table}: {done.files_before} files became {done.files_after}")


@dg.job
def daily_maintenance() -> None:
    """What keeps the lake quick; readers notice nothing."""
    compact_bronze()


class UpkeepConfig(dg.Config):
    """How long replaced files stay, and from how many small files on a table is rewritten."""

    retention_days: int = RETENTION_DAYS
    from_files: int = FROM_FILES


@dg.op
def maintain_trino(context: dg.OpExecutionContext, config: UpkeepConfig, lakehouse: Lakehouse) -> None:
    """Merge, analyse and vacuum the tables of silver and gold."""
    upkeep = Upkeep(config.retention_days, config.from_files)
    with acting_as(Identity.TRANSFORM):
        done = maintain_tables(lakehouse.lake, trino_address(), upkeep, Silent(), _WAIT_SECONDS)
    for line in maintenance_lines(done):
        context.log.info(line)


def table_maintenance(tags: dict[str, str]) -> dg.JobDefinition:
    """The job on Trino's tables; its runs carry these tags."""

    @dg.job(name="table_maintenance", tags=tags)
    def job() -> None:
        """What keeps silver and gold quick and small; readers notice nothing."""
        maintain_trino()

    return job
