"""Airbyte's finished syncs start runs."""

# Dagster reads the annotations of its functions, so they are not postponed here.

import dagster as dg

from odoo_lake.airbyte.api import AirbyteApi
from odoo_lake.airbyte.config import CONNECTION, client_from_environment
from odoo_lake.airbyte.jobs import finished_syncs

INTERVAL_SECONDS = 60
# Dagster ends a tick after 60 seconds without a word of what it waited for; the next tick asks again.
TICK_SECONDS = 30.0


def sync_sensor(job: str) -> dg.SensorDefinition:
    """Each sync that succeeded starts one run of the job; the cursor is the last one's id."""

    @dg.sensor(
        job_name=job,
        name="airbyte_sync_finished",
        description="Airbyte landed rows: take them over, build, publish.",
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def airbyte_sync_finished(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        after = int(context.cursor) if context.cursor else None
        finished = finished_syncs(AirbyteApi(client_from_environment(TICK_SECONDS)), CONNECTION, after)
        if not finished:
            return dg.SkipReason(f"Airbyte finished no sync of {CONNECTION} since job {after}.")
        return dg.SensorResult(
            # Dagster starts no second run of a key, whatever becomes of the cursor.
            run_requests=[
                dg.RunRequest(run_key=f"airbyte-job-{sync.id}", tags={"airbyte/job": str(sync.id)}) for sync in finished
            ],
            cursor=str(finished[-1].id),
        )

    return airbyte_sync_finished
