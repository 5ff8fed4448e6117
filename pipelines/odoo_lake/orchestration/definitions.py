"""The code location: `dagster dev -m odoo_lake.orchestration.definitions`."""

# Dagster reads the annotations of its functions, so they are not postponed here.

import json
import os
import urllib.request

import dagster as dg

from odoo_lake.lake.compact import compact
from odoo_lake.orchestration.assets import bronze_assets, model_assets, publication_asset
from odoo_lake.orchestration.lakehouse import Lakehouse, configured_lakehouse
from odoo_lake.progress import Silent
from odoo_lake.workspace import open_workspace

WEBHOOK_VARIABLE = "ODOO_LAKE_ALERT_WEBHOOK"

_WORKSPACE = open_workspace()


@dg.op
def compact_bronze(context: dg.OpExecutionContext, lakehouse: Lakehouse) -> None:
    """Merge bronze's small files."""
    for done in compact(lakehouse.lake, _WORKSPACE.catalogue, Silent(), wait_seconds=600):
        context.log.info(f"{done.table}: {done.files_before} files became {done.files_after}")


@dg.job
def daily_maintenance() -> None:
    """What keeps the lake quick; readers notice nothing."""
    compact_bronze()


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def run_failure(context: dg.RunFailureSensorContext) -> None:
    """Tell a web hook, if one is set, of every run that failed."""
    url = os.environ.get(WEBHOOK_VARIABLE)
    text = f"{context.dagster_run.job_name} failed: {context.failure_event.message}"
    context.log.error(text)
    if url:
        body = json.dumps({"text": text, "run_id": context.dagster_run.run_id}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - the operator's
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - own address
            pass


hourly_run = dg.define_asset_job("hourly_run", selection=dg.AssetSelection.all(), description="Odoo to published gold.")

defs = dg.Definitions(
    assets=[bronze_assets(_WORKSPACE), model_assets(_WORKSPACE), publication_asset(_WORKSPACE)],
    jobs=[hourly_run, daily_maintenance],
    schedules=[
        dg.ScheduleDefinition(
            job=hourly_run, cron_schedule="5 * * * *", default_status=dg.DefaultScheduleStatus.RUNNING
        ),
        dg.ScheduleDefinition(
            job=daily_maintenance, cron_schedule="30 2 * * *", default_status=dg.DefaultScheduleStatus.RUNNING
        ),
    ],
    sensors=[run_failure],
    resources={"lakehouse": configured_lakehouse()},
)
