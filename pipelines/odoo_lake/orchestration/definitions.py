"""The code location: `dagster dev -m odoo_lake.orchestration.definitions`."""

# Dagster reads the annotations of its functions, so they are not postponed here.

import json
import os
import urllib.request
from datetime import timedelta

import dagster as dg

from odoo_lake.cron import longest_gap
from odoo_lake.orchestration.assets import bronze_assets, model_assets, publication_asset
from odoo_lake.orchestration.lakehouse import configured_lakehouse
from odoo_lake.orchestration.syncs import sync_sensor
from odoo_lake.orchestration.upkeep import daily_maintenance, table_maintenance
from odoo_lake.workspace import Engine, Ingestion, engine, ingestion, open_workspace

WEBHOOK_VARIABLE = "ODOO_LAKE_ALERT_WEBHOOK"
# When the pipeline runs, and when Airbyte syncs, as cron expressions.
SCHEDULE_VARIABLE = "ODOO_LAKE_SCHEDULE"
SYNC_SCHEDULE_VARIABLE = "ODOO_LAKE_SYNC_SCHEDULE"
HOURLY = "5 * * * *"
# For a schedule that leaves out weeks.
RARELY = timedelta(days=31)

# A coordinator lets one run at a time work of those with the same value.
ONE_AT_A_TIME = "lakehouse/one-at-a-time"

_WORKSPACE = open_workspace()
# Where Airbyte lands the rows, its syncs start the runs; the schedule is there for whoever wants both.
_FOLLOWS_AIRBYTE = ingestion() is Ingestion.AIRBYTE
_SCHEDULE = os.environ.get(SCHEDULE_VARIABLE) or HOURLY
_SYNCS = os.environ.get(SYNC_SCHEDULE_VARIABLE) or HOURLY
_PACE = longest_gap(_SYNCS if _FOLLOWS_AIRBYTE else _SCHEDULE) or RARELY


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


odoo_to_gold = dg.define_asset_job(
    "odoo_to_gold",
    selection=dg.AssetSelection.all(),
    description="Odoo to published gold.",
    tags={ONE_AT_A_TIME: "odoo_to_gold"},
)


# Builds and this job change the same tables, so they take turns.
_ON_TRINO = [table_maintenance({ONE_AT_A_TIME: odoo_to_gold.name})] if engine() is Engine.TRINO else []


def _schedule(job: str, cron: str, *, runs: bool = True) -> dg.ScheduleDefinition:
    status = dg.DefaultScheduleStatus.RUNNING if runs else dg.DefaultScheduleStatus.STOPPED
    return dg.ScheduleDefinition(job_name=job, cron_schedule=cron, default_status=status)


defs = dg.Definitions(
    assets=[bronze_assets(_WORKSPACE, _PACE), model_assets(_WORKSPACE), publication_asset(_WORKSPACE, _PACE)],
    jobs=[odoo_to_gold, daily_maintenance, *_ON_TRINO],
    schedules=[
        _schedule(odoo_to_gold.name, _SCHEDULE, runs=not _FOLLOWS_AIRBYTE),
        _schedule(daily_maintenance.name, "30 2 * * *"),
        *(_schedule(job.name, "30 4 * * *") for job in _ON_TRINO),
    ],
    sensors=[run_failure, *([sync_sensor(odoo_to_gold.name)] if _FOLLOWS_AIRBYTE else [])],
    resources={"lakehouse": configured_lakehouse()},
    # A run is one pod whose steps follow each other: a process for each would only take memory.
    executor=dg.in_process_executor,
)
