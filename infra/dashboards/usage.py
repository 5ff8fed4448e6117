"""Usage Analytics, whose source depends on the profile."""

from __future__ import annotations

from .panels import Board, Panel, series

TRINO = "trino_execution_name_QueryManager"
TRINO_LATENCY = series(
    "Time of queries",
    "95 of 100 queries of people and dashboards of the last ten minutes were answered sooner, the queue included.",
    "s",
    {"p95": "odoo_lake:query_latency_p95:seconds"},
    "query_p95_seconds",
    "TrinoQueryLatencyHigh",
)
METABASE_LATENCY = series(
    "Time of questions",
    "95 of 100 questions of the last ten minutes were faster; answers from the cache are left out.",
    "s",
    {"p95": "max(odoo_lake_metabase_query_p95_seconds)"},
    "query_p95_seconds",
    "MetabaseQueryLatencyHigh",
)
BUCKETS = series(
    "Size of buckets",
    "As MinIO's scanner counted last; it can be hours old.",
    "bytes",
    {"{{bucket}}": "max by (bucket) (minio_cluster_usage_buckets_total_bytes)"},
    None,
    "MinioBucketFillingUp",
)
OBJECT_LOG = (
    series(
        "Who touched bronze and the backup",
        "Requests within a day by user, bucket and action, the busiest; `odoo-lake audit --bucket` lists them.",
        "short",
        {
            "{{user}} {{bucket}} {{action}}": "max by (user, bucket, action) (odoo_lake_object_daily_requests)",
        },
    ),
    series(
        "Refused on bronze and the backup",
        "Requests within a day of users who may not do that; anonymous has no key, or one that is not known.",
        "short",
        {"{{user}} {{bucket}}": "max by (user, bucket) (odoo_lake_object_daily_refusals)"},
    ),
    series(
        "Time since bronze and the backup were touched",
        "As far as it is known.",
        "s",
        {"{{bucket}}": "time() - max by (bucket) (odoo_lake_object_last_access_timestamp_seconds)"},
    ),
    series(
        "Missing from the log of requests",
        "Share of an hour's requests that MinIO counted and did not tell.",
        "percentunit",
        {"missing": "clamp_min(odoo_lake:untold_requests:share, 0)"},
        "untold_share",
        "ObjectLogIncomplete",
    ),
    series(
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
        series(
            "Queries",
            "Queries per second that were completed, and that failed.",
            "reqps",
            {
                "completed": f"sum(rate({TRINO}_CompletedQueries[$__rate_interval]))",
                "failed": f"sum(rate({TRINO}_FailedQueries[$__rate_interval]))",
            },
        ),
        TRINO_LATENCY,
        series(
            "Time in the queue",
            "95 of 100 queries waited less.",
            "ms",
            {"p95": f'max({TRINO}_QueuedTime_FiveMinutes{{quantile="0.95"}})'},
        ),
        series(
            "Failures by cause",
            "Mistakes in SQL apart from failures of the platform.",
            "reqps",
            {
                "user": f"sum(rate({TRINO}_UserErrorFailures[$__rate_interval]))",
                "platform": f"sum(rate({TRINO}_InternalFailures[$__rate_interval]))",
                "external": f"sum(rate({TRINO}_ExternalFailures[$__rate_interval]))",
                "resources": f"sum(rate({TRINO}_InsufficientResourcesFailures[$__rate_interval]))",
            },
            None,
            "TrinoQueriesFailing",
        ),
        series(
            "Queries within a day",
            "By user, program and outcome, as the query log has them; the busiest.",
            "short",
            {"{{user}} {{source}} {{state}}": "max by (user, source, state) (odoo_lake_trino_daily_queries)"},
        ),
        series(
            "Popular tables",
            "Queries of people and dashboards within a day that read a table; builds are left out.",
            "short",
            {"{{table}}": "max by (table) (odoo_lake_trino_daily_table_queries)"},
        ),
        series(
            "Who saw sensitive columns",
            "Queries within a day that showed them unmasked, by user and table; `odoo-lake audit` lists them.",
            "short",
            {"{{user}} {{table}}": "max by (user, table) (odoo_lake_trino_daily_sensitive_queries)"},
        ),
        series(
            "Missing from the query log",
            "Share of an hour's queries that Trino counted and could not tell.",
            "percentunit",
            {"missing": "clamp_min(odoo_lake:unlogged_queries:share, 0)"},
            "unlogged_share",
            "QueryLogIncomplete",
        ),
        series(
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
        series(
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
