"""One dashboard per product."""

from __future__ import annotations

from .boards import AGE, FIRING_LIST, STORAGE, SYNCS_FAILED
from .panels import Board, Panel, series
from .usage import BUCKETS, METABASE_LATENCY, TRINO, TRINO_LATENCY, USAGE_METABASE, USAGE_TRINO


def _pods(namespace: str) -> tuple[Panel, Panel]:
    ready = Panel(
        "Ready pods",
        "By workload; 0 is an outage.",
        "series",
        "short",
        {"{{workload}}": f'namespace_workload:ready_pods{{namespace="{namespace}"}}'},
    )
    restarts = Panel(
        "Restarts within an hour",
        "By pod.",
        "series",
        "short",
        {
            "{{pod}}": "sum by (pod) (increase(kube_pod_container_status_restarts_total"
            f'{{namespace="{namespace}"}}[1h]))'
        },
        "restarts",
        "PodRestarting",
    )
    return ready, restarts


PRODUCT_BOARDS = (
    USAGE_TRINO,
    USAGE_METABASE,
    Board(
        "lakehouse-airbyte",
        "Airbyte",
        ("airbyte",),
        (
            SYNCS_FAILED,
            series(
                "Age of the oldest job",
                "By status, of jobs that are not over.",
                "s",
                {"{{status}}": "max by (status) (odoo_lake_airbyte_oldest_job_seconds)"},
                "airbyte_queued_seconds",
                "AirbyteSyncQueued",
            ),
            series(
                "Jobs that are not over",
                "By status.",
                "short",
                {"{{status}}": "max by (status) (odoo_lake_airbyte_unfinished_jobs)"},
            ),
            *_pods("lake-airbyte"),
        ),
    ),
    Board(
        "lakehouse-trino",
        "Trino",
        ("trino",),
        (
            TRINO_LATENCY,
            series(
                "Queries that run and wait",
                "Now.",
                "short",
                {"running": f"max({TRINO}_RunningQueries)", "waiting": f"max({TRINO}_QueuedQueries)"},
                "trino_queued_queries",
                "TrinoQueriesQueued",
            ),
            series(
                "Active nodes",
                "Workers and the coordinator.",
                "short",
                {"nodes": "max(trino_metadata_name_DiscoveryNodeManager_ActiveNodeCount)"},
                None,
                "TrinoWorkerMissing",
            ),
            *_pods("lake-trino"),
        ),
    ),
    Board("lakehouse-metabase", "Metabase", ("metabase",), (METABASE_LATENCY, *_pods("lake-metabase"))),
    Board("lakehouse-superset", "Superset", ("superset",), (AGE, *_pods("lake-superset"))),
    Board("lakehouse-datahub", "DataHub", ("datahub",), _pods("lake-datahub")),
    Board(
        "lakehouse-dagster",
        "Dagster",
        ("dagster",),
        (
            series(
                "Time since a daemon was heard",
                "By daemon.",
                "s",
                {"{{daemon}}": "time() - max by (daemon) (odoo_lake_dagster_heartbeat_timestamp_seconds)"},
                "dagster_heartbeat_seconds",
                "DagsterDaemonSilent",
            ),
            series(
                "Runs that are not over",
                "By status.",
                "short",
                {"{{status}}": "max by (status) (odoo_lake_dagster_unfinished_runs)"},
            ),
            series(
                "Age of the oldest run",
                "By status, of runs that are not over.",
                "s",
                {"{{status}}": "max by (status) (odoo_lake_dagster_oldest_run_seconds)"},
                "dagster_queued_seconds",
                "DagsterRunQueued",
            ),
            *_pods("lake-dagster"),
        ),
    ),
    Board(
        "lakehouse-minio",
        "MinIO",
        ("minio",),
        (
            STORAGE,
            BUCKETS,
            series(
                "Share of failed requests",
                "Errors of MinIO itself within ten minutes.",
                "percentunit",
                {"failed": "odoo_lake:requests_failed:share_10m"},
                "minio_error_share",
                "MinioRequestsFailing",
            ),
            *_pods("lake-minio"),
        ),
    ),
    Board(
        "lakehouse-postgres",
        "PostgreSQL",
        ("postgres",),
        (
            series(
                "Connections in use",
                "By instance, as a share of what is allowed.",
                "percentunit",
                {
                    "{{pod}}": "sum by (pod) (cnpg_backends_total) / "
                    'max by (pod) (cnpg_pg_settings_setting{name="max_connections"})'
                },
                "postgres_connections_share",
                "PostgresConnectionsNearLimit",
            ),
            series(
                "Age of the last backup",
                "The newest that can be restored.",
                "s",
                {"backup": "time() - max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp)"},
                "postgres_backup_seconds",
                "PostgresBackupOld",
            ),
            series(
                "Lag of replicas",
                "By instance.",
                "s",
                {"{{pod}}": "max by (pod) (cnpg_pg_replication_lag)"},
                "postgres_lag_seconds",
                "PostgresReplicaLagging",
            ),
            series(
                "Size of databases",
                "By database.",
                "bytes",
                {"{{datname}}": "max by (datname) (cnpg_pg_database_size_bytes)"},
            ),
            FIRING_LIST,
        ),
    ),
)
