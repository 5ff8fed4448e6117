"""The overview and the three dashboards that were asked for: pipeline health, data quality, usage."""

from __future__ import annotations

from .panels import Board, Panel

AGE = Panel(
    "Age of the published figures",
    "How long ago the figures that readers see were read from Odoo.",
    "stat",
    "s",
    {"": "odoo_lake:published_data_age:seconds"},
    "data_age_seconds",
    "DataFreshnessLate",
)
DBT_FAILED = Panel(
    "Failed dbt runs",
    "Runs of dbt that failed since the last that succeeded.",
    "stat",
    "short",
    {"": "max(odoo_lake_dbt_failed_runs)"},
    "failed_dbt_runs",
    "DbtRunFailed",
)
DIFFERING = Panel(
    "Figures that differ from Odoo",
    "Of the newest comparison, over all checks.",
    "stat",
    "short",
    {"": "sum(odoo_lake_reconciliation_differing_figures)"},
    "differing_figures",
    "ReconciliationDifference",
)
STORAGE = Panel(
    "Object store in use",
    "Share of the space that MinIO can use.",
    "stat",
    "percentunit",
    {"": "odoo_lake:storage_used:share"},
    "storage_used_share",
    "MinioStorageUsageHigh",
)
SYNCS_FAILED = Panel(
    "Failed syncs in a row",
    "By connection: finished jobs that failed since the last that did not. Nothing where Airbyte is not deployed.",
    "series",
    "short",
    {"{{connection}}": "max by (connection) (odoo_lake_airbyte_failed_syncs)"},
    "failed_syncs",
    "AirbyteSyncFailed",
)
EXTRACTION_FAILED = Panel(
    "Failed extractions in a row",
    "Extractions that failed since the last that succeeded.",
    "series",
    "short",
    {"failed": "max(odoo_lake_extraction_failed_runs)"},
    "failed_extractions",
    "ExtractionFailed",
)
FIRING = Panel(
    "Alerts that fire",
    "By priority; Watchdog fires always and is left out.",
    "stat",
    "short",
    {"{{priority}}": 'count by (priority) (ALERTS{alertstate="firing", alertname!="Watchdog"})'},
)
FIRING_LIST = Panel(
    "Which alerts fire",
    "Each with its priority and component.",
    "table",
    "short",
    {"": 'ALERTS{alertstate="firing", alertname!="Watchdog"}'},
)
NOT_READY = Panel(
    "Workloads without a ready pod",
    "Deployments and StatefulSets that should have pods and have none.",
    "table",
    "short",
    {"": 'namespace_workload:ready_pods{namespace=~"lake-.*"} == 0 and namespace_workload:wanted_pods > 0'},
)

OVERVIEW = Board(
    "lakehouse-overview",
    "Overview",
    ("kubernetes",),
    (
        FIRING,
        AGE,
        DIFFERING,
        DBT_FAILED,
        STORAGE,
        Panel(
            "Targets that do not answer",
            "Targets of the monitoring that can't be read.",
            "stat",
            "short",
            {"": "count(up == 0) or vector(0)"},
            None,
            "ScrapeTargetDown",
        ),
        FIRING_LIST,
        NOT_READY,
        Panel(
            "Used share of each row",
            "How much of its quota a namespace has used.",
            "series",
            "percentunit",
            {
                "{{namespace}} {{resource}}": 'max by (namespace, resource) (kube_resourcequota{type="used"}) / '
                'max by (namespace, resource) (kube_resourcequota{type="hard"} > 0)'
            },
            "quota_used_share",
            "QuotaNearlyUsed",
        ),
        Panel(
            "Used share of each volume",
            "How full the volumes are.",
            "series",
            "percentunit",
            {
                "{{namespace}} {{persistentvolumeclaim}}": "1 - kubelet_volume_stats_available_bytes / "
                "kubelet_volume_stats_capacity_bytes"
            },
            "volume_used_share",
            "VolumeUsageHigh",
        ),
    ),
)
PIPELINE_HEALTH = Board(
    "lakehouse-pipeline-health",
    "Pipeline Health",
    ("pipeline",),
    (
        AGE,
        DBT_FAILED,
        Panel(
            "Builds that are not published",
            "dbt runs that succeeded since the last publication and were kept from readers.",
            "stat",
            "short",
            {"": "max(odoo_lake_unpublished_builds)"},
            None,
            "PublicationWithheld",
        ),
        SYNCS_FAILED,
        EXTRACTION_FAILED,
        Panel(
            "Failed Dagster runs in a row",
            "By job. Nothing where Dagster is not deployed.",
            "series",
            "short",
            {"{{job}}": "max by (job) (odoo_lake_dagster_failed_runs)"},
            None,
            "DagsterRunFailed",
        ),
        Panel(
            "Time since the last success",
            "By connection of Airbyte, of the extraction, and of dbt.",
            "series",
            "s",
            {
                "sync {{connection}}": "time() - "
                "max by (connection) (odoo_lake_airbyte_last_success_timestamp_seconds)",
                "extraction": "time() - max(odoo_lake_extraction_last_success_timestamp_seconds)",
                "dbt": "time() - max(odoo_lake_dbt_last_success_timestamp_seconds)",
            },
            "data_age_seconds",
            "DataFreshnessLate",
        ),
        Panel(
            "How long runs take",
            "The last extraction and the last dbt run.",
            "series",
            "s",
            {"extraction": "max(odoo_lake_extraction_duration_seconds)", "dbt": "max(odoo_lake_dbt_run_seconds)"},
            "dbt_run_seconds",
            "DbtRunSlow",
        ),
        Panel(
            "Rows of the last extraction",
            "Rows written, and rows of deletion among them.",
            "series",
            "short",
            {"{{kind}}": "max by (kind) (odoo_lake_extraction_rows)"},
        ),
        Panel(
            "Records of the last sync",
            "By connection.",
            "series",
            "short",
            {"{{connection}}": "max by (connection) (odoo_lake_airbyte_last_sync_records)"},
            None,
            "AirbyteSyncEmpty",
        ),
        Panel(
            "Log that slots keep on Odoo's disk",
            "By replication slot.",
            "series",
            "bytes",
            {"{{slot}}": "max by (slot) (odoo_lake_odoo_slot_retained_bytes)"},
            "odoo_slot_bytes",
            "OdooSlotRetaining",
        ),
        FIRING_LIST,
    ),
)
DATA_QUALITY = Board(
    "lakehouse-data-quality",
    "Data Quality",
    ("pipeline",),
    (
        DIFFERING,
        Panel(
            "Share of figures that agree with Odoo",
            "Of the newest comparison.",
            "stat",
            "percentunit",
            {"": "1 - sum(odoo_lake_reconciliation_differing_figures) / sum(odoo_lake_reconciliation_figures)"},
        ),
        AGE,
        Panel(
            "Results of the last dbt run",
            "Models and tests by what became of them.",
            "table",
            "short",
            {"": "sum by (resource_type, status) (odoo_lake_dbt_nodes)"},
        ),
        Panel(
            "What fails in dbt",
            "Failing tests with their number of rows; 1 for a model.",
            "table",
            "short",
            {"": "max by (node) (odoo_lake_dbt_failing_rows)"},
            None,
            "DbtRunFailed",
        ),
        Panel(
            "Tests over time",
            "Tests of each dbt run by result.",
            "series",
            "short",
            {"{{status}}": 'sum by (status) (odoo_lake_dbt_nodes{resource_type="test"})'},
        ),
        Panel(
            "Checks that differ",
            "Figures that differ from Odoo, by check.",
            "table",
            "short",
            {"": "max by (check) (odoo_lake_reconciliation_differing_figures) > 0"},
            "differing_figures",
            "ReconciliationDifference",
        ),
        Panel(
            "Tables that are late",
            "Age above what the contract allows, in seconds.",
            "table",
            "s",
            {
                "": "time() - max by (table) (odoo_lake_table_extracted_timestamp_seconds) "
                "> max by (table) (odoo_lake_table_freshness_seconds)"
            },
            None,
            "TableFreshnessLate",
        ),
        Panel(
            "Rows against the extraction before",
            "Share of rows that a table kept, the lowest ten.",
            "series",
            "percentunit",
            {"{{table}}": "bottomk(10, odoo_lake_table_rows / (odoo_lake_table_previous_rows > 0))"},
            "row_count_share",
            "RowCountCollapsed",
            is_worse_below=True,
        ),
        Panel(
            "Placeholders for missing rows",
            "Rows that facts refer to and Odoo no longer has, by dimension.",
            "series",
            "short",
            {"{{dimension}}": "sum by (dimension) (odoo_lake_missing_referent_rows)"},
            "missing_referent_rows",
            "ReferentsMissing",
        ),
    ),
)
BOARDS = (OVERVIEW, PIPELINE_HEALTH, DATA_QUALITY)
