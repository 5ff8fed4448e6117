"""Usage Analytics, whose source depends on the profile, and one dashboard per product."""

from __future__ import annotations

from .boards import AGE, FIRING_LIST, STORAGE, SYNCS_FAILED
from .panels import Board, Panel


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


def _series(title: str, description: str, unit: str, queries: dict[str, str], *rest: str | None) -> Panel:
    """A line for each query; `rest`: threshold and alert."""
    limit, alert = rest or (None, None)
    return Panel(title, description, "series", unit, queries, limit, alert)


_TRINO = "trino_execution_name_QueryManager"
TRINO_LATENCY = _series(
    "Time of queries",
    "95 of 100 queries of people and dashboards of the last ten minutes were answered sooner, the queue included.",
    "s",
    {"p95": "odoo_lake:query_latency_p95:seconds"},
    "query_p95_seconds",
    "TrinoQueryLatencyHigh",
)
METABASE_LATENCY = _series(
    "Time of questions",
    "95 of 100 questions of the last ten minutes were faster; answers from the cache are left out.",
    "s",
    {"p95": "max(odoo_lake_metabase_query_p95_seconds)"},
    "query_p95_seconds",
    "MetabaseQueryLatencyHigh",
)
BUCKETS = _series(
    "Size of buckets",
    "As MinIO's scanner counted last; it can be hours old.",
    "bytes",
    {"{{bucket}}": "max by (bucket) (minio_cluster_usage_buckets_total_bytes)"},
    None,
    "MinioBucketFillingUp",
)
OBJECT_LOG = (
    _series(
        "Who touched bronze and the backup",
        "Requests within a day by user, bucket and action, the busiest; `odoo-lake audit --bucket` lists them.",
        "short",
        {
            "{{user}} {{bucket}} {{action}}": "max by (user, bucket, action) (odoo_lake_object_daily_requests)",
        },
    ),
    _series(
        "Refused on bronze and the backup",
        "Requests within a day of users who may not do that; anonymous has no key, or one that is not known.",
        "short",
        {"{{user}} {{bucket}}": "max by (user, bucket) (odoo_lake_object_daily_refusals)"},
    ),
    _series(
        "Time since bronze and the backup were touched",
        "As far as it is known.",
        "s",
        {"{{bucket}}": "time() - max by (bucket) (odoo_lake_object_last_access_timestamp_seconds)"},
    ),
    _series(
        "Missing from the log of requests",
        "Share of an hour's requests that MinIO counted and did not tell.",
        "percentunit",
        {"missing": "clamp_min(odoo_lake:untold_requests:share, 0)"},
        "untold_share",
        "ObjectLogIncomplete",
    ),
    _series(
        "Requests that are not yet written down",
        "They are written every five minutes; more and more of them while the run record can't be written.",
        "short",
        {"waiting": "sum(odoo_lake_object_log_unwritten_requests)"},
    ),
)
LARGEST = Panel(
    "Largest tables",
    "Rows in the source, of the ten largest.",
    "table",
    "short",
    {"": "topk(10, max by (table) (odoo_lake_table_rows))"},
)
USAGE_TRINO = Board(
    "lakehouse-usage-analytics",
    "Usage Analytics",
    ("trino",),
    (
        _series(
            "Queries",
            "Queries per second that were completed, and that failed.",
            "reqps",
            {
                "completed": f"sum(rate({_TRINO}_CompletedQueries[$__rate_interval]))",
                "failed": f"sum(rate({_TRINO}_FailedQueries[$__rate_interval]))",
            },
        ),
        TRINO_LATENCY,
        _series(
            "Time in the queue",
            "95 of 100 queries waited less.",
            "ms",
            {"p95": f'max({_TRINO}_QueuedTime_FiveMinutes{{quantile="0.95"}})'},
        ),
        _series(
            "Failures by cause",
            "Mistakes in SQL apart from failures of the platform.",
            "reqps",
            {
                "user": f"sum(rate({_TRINO}_UserErrorFailures[$__rate_interval]))",
                "platform": f"sum(rate({_TRINO}_InternalFailures[$__rate_interval]))",
                "external": f"sum(rate({_TRINO}_ExternalFailures[$__rate_interval]))",
                "resources": f"sum(rate({_TRINO}_InsufficientResourcesFailures[$__rate_interval]))",
            },
            None,
            "TrinoQueriesFailing",
        ),
        _series(
            "Queries within a day",
            "By user, program and outcome, as the query log has them; the busiest.",
            "short",
            {"{{user}} {{source}} {{state}}": "max by (user, source, state) (odoo_lake_trino_daily_queries)"},
        ),
        _series(
            "Popular tables",
            "Queries of people and dashboards within a day that read a table; builds are left out.",
            "short",
            {"{{table}}": "max by (table) (odoo_lake_trino_daily_table_queries)"},
        ),
        _series(
            "Who saw sensitive columns",
            "Queries within a day that showed them unmasked, by user and table; `odoo-lake audit` lists them.",
            "short",
            {"{{user}} {{table}}": "max by (user, table) (odoo_lake_trino_daily_sensitive_queries)"},
        ),
        _series(
            "Missing from the query log",
            "Share of an hour's queries that Trino counted and could not tell.",
            "percentunit",
            {"missing": "clamp_min(odoo_lake:unlogged_queries:share, 0)"},
            "unlogged_share",
            "QueryLogIncomplete",
        ),
        _series(
            "Events of the query log",
            "Per second, by sender and by what became of them: malformed ones are lost, unwritten ones come again.",
            "reqps",
            {
                "{{sender}} {{outcome}}": (
                    "sum by (sender, outcome) (rate(odoo_lake_query_log_events_total[$__rate_interval]))"
                )
            },
            None,
            "QueryLogRejecting",
        ),
        *OBJECT_LOG,
        BUCKETS,
        LARGEST,
    ),
)
USAGE_METABASE = Board(
    "lakehouse-usage-analytics",
    "Usage Analytics",
    ("metabase",),
    (
        _series(
            "Questions within ten minutes",
            "Answered, and failed.",
            "short",
            {
                "all": "max(odoo_lake_metabase_recent_queries)",
                "failed": "max(odoo_lake_metabase_failed_queries)",
            },
        ),
        METABASE_LATENCY,
        BUCKETS,
        LARGEST,
    ),
)
PRODUCT_BOARDS = (
    USAGE_TRINO,
    USAGE_METABASE,
    Board(
        "lakehouse-airbyte",
        "Airbyte",
        ("airbyte",),
        (
            SYNCS_FAILED,
            _series(
                "Age of the oldest job",
                "By status, of jobs that are not over.",
                "s",
                {"{{status}}": "max by (status) (odoo_lake_airbyte_oldest_job_seconds)"},
                "airbyte_queued_seconds",
                "AirbyteSyncQueued",
            ),
            _series(
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
            _series(
                "Queries that run and wait",
                "Now.",
                "short",
                {"running": f"max({_TRINO}_RunningQueries)", "waiting": f"max({_TRINO}_QueuedQueries)"},
                "trino_queued_queries",
                "TrinoQueriesQueued",
            ),
            _series(
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
            _series(
                "Time since a daemon was heard",
                "By daemon.",
                "s",
                {"{{daemon}}": "time() - max by (daemon) (odoo_lake_dagster_heartbeat_timestamp_seconds)"},
                "dagster_heartbeat_seconds",
                "DagsterDaemonSilent",
            ),
            _series(
                "Runs that are not over",
                "By status.",
                "short",
                {"{{status}}": "max by (status) (odoo_lake_dagster_unfinished_runs)"},
            ),
            _series(
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
            _series(
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
            _series(
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
            _series(
                "Age of the last backup",
                "The newest that can be restored.",
                "s",
                {"backup": "time() - max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp)"},
                "postgres_backup_seconds",
                "PostgresBackupOld",
            ),
            _series(
                "Lag of replicas",
                "By instance.",
                "s",
                {"{{pod}}": "max by (pod) (cnpg_pg_replication_lag)"},
                "postgres_lag_seconds",
                "PostgresReplicaLagging",
            ),
            _series(
                "Size of databases",
                "By database.",
                "bytes",
                {"{{datname}}": "max by (datname) (cnpg_pg_database_size_bytes)"},
            ),
            FIRING_LIST,
        ),
    ),
)
