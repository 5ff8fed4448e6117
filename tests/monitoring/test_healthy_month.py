"""Thirty days in which all is well: hourly runs, nightly backups, roll-outs, lost scrapes. No alert may fire."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lakehouse.monitoring_rules import PROFILES
from tests.monitoring.rule_cases import rules_of, run_promtool

STEP_SECONDS = 300
DAYS = 30
SAMPLES = DAYS * 86400 // STEP_SECONDS
HOUR, DAY = 3600, 86400
ROW = 'namespace="lake-trino", resourcequota="row", resource="pods"'


def constant(value: float) -> str:
    return f"{value:.15g}x{SAMPLES}"


def last_multiple_of(seconds: int, delay: int = 0) -> str:
    """The time of the last success of something that is done every `seconds`, seen `delay` later."""
    moments = range(0, (SAMPLES + 1) * STEP_SECONDS, STEP_SECONDS)
    return " ".join(str(max(1, (moment - delay) // seconds * seconds)) for moment in moments)


def growing(per_sample: float, first: float = 0) -> str:
    return f"{first:.15g}{per_sample:+.15g}x{SAMPLES}"


def with_rollouts(value: float, during: float) -> str:
    """`value`, and `during` for one sample each Sunday at three; one scrape in 500 is lost."""
    at = [index for index in range(SAMPLES + 1) if index * STEP_SECONDS % (7 * DAY) == 3 * HOUR]
    lost = range(250, SAMPLES, 500)
    return " ".join("_" if i in lost else f"{during if i in at else value:g}" for i in range(SAMPLES + 1))


RECORD = {
    'odoo_lake_dbt_failed_runs{database="lake_ops"}': with_rollouts(0, 0),
    'odoo_lake_dbt_last_success_timestamp_seconds{database="lake_ops"}': last_multiple_of(HOUR, 600),
    'odoo_lake_dbt_run_seconds{database="lake_ops"}': constant(540),
    'odoo_lake_published_data_timestamp_seconds{database="lake_ops"}': last_multiple_of(HOUR, 1200),
    'odoo_lake_unpublished_builds{database="lake_ops"}': constant(0),
    'odoo_lake_table_extracted_timestamp_seconds{table="sale_order"}': last_multiple_of(HOUR, 300),
    'odoo_lake_table_freshness_seconds{table="sale_order"}': constant(4 * HOUR),
    'odoo_lake_table_rows{table="sale_order"}': growing(1, 5000),
    'odoo_lake_table_previous_rows{table="sale_order"}': growing(1, 4990),
    'odoo_lake_reconciliation_timestamp_seconds{database="lake_ops"}': last_multiple_of(HOUR, 1200),
    'odoo_lake_reconciliation_differing_figures{check="payments"}': constant(0),
    'odoo_lake_source_versions{database="lake_ops"}': constant(1),
    'odoo_lake_missing_referent_rows{dimension="dim_customer"}': constant(0),
    'odoo_lake_extraction_failed_runs{database="lake_ops"}': constant(0),
    'odoo_lake_extraction_running_seconds{database="lake_ops"}': constant(120),
    'odoo_lake_odoo_longest_transaction_seconds{database="odoo"}': constant(40),
    'odoo_lake_odoo_connections{kind="used"}': constant(30),
    'odoo_lake_odoo_connections{kind="allowed"}': constant(100),
}
AIRBYTE = {
    'odoo_lake_airbyte_failed_syncs{connection="odoo"}': with_rollouts(0, 0),
    'odoo_lake_airbyte_last_success_timestamp_seconds{connection="odoo"}': last_multiple_of(HOUR, 600),
    'odoo_lake_airbyte_last_sync_records{connection="odoo"}': constant(2400),
    'odoo_lake_airbyte_breaking_changes{connection="odoo"}': constant(0),
    'odoo_lake_airbyte_quota_refused_syncs{connection="odoo"}': constant(0),
    'odoo_lake_airbyte_oldest_job_seconds{status="running"}': constant(300),
    'odoo_lake_airbyte_oldest_job_seconds{status="pending"}': constant(20),
    'odoo_lake_airbyte_unfinished_jobs{status="running"}': constant(1),
    'kube_pod_info{namespace="lake-airbyte", pod="replication-job-1-attempt-0"}': constant(1),
}
PRODUCTS = {
    'odoo_lake_dagster_failed_runs{job="odoo_daily"}': constant(0),
    'odoo_lake_dagster_heartbeat_timestamp_seconds{daemon="SCHEDULER"}': last_multiple_of(STEP_SECONDS),
    'odoo_lake_dagster_oldest_run_seconds{status="QUEUED"}': constant(30),
    'odoo_lake_dagster_oldest_run_seconds{status="STARTED"}': constant(600),
    'odoo_lake_dagster_failed_ticks{type="SCHEDULE"}': constant(0),
    'odoo_lake_metabase_query_p95_seconds{database="metabase"}': constant(1.2),
    'odoo_lake_metabase_recent_queries{database="metabase"}': constant(40),
    'odoo_lake_trino_query_p95_seconds{database="lake_ops"}': constant(2.4),
    'odoo_lake_trino_recent_queries{database="lake_ops"}': constant(40),
    'odoo_lake_query_log_recent_queries{database="lake_ops"}': constant(900),
    'odoo_lake_query_log_events_total{job="query-log", sender="trino", outcome="kept"}': growing(60),
    'odoo_lake_query_log_events_total{job="query-log", sender="trino", outcome="malformed"}': constant(0),
    'odoo_lake_object_log_requests_total{job="query-log"}': growing(900),
    'trino_execution_name_QueryManager_CompletedQueries{job="trino"}': growing(60),
    'trino_execution_name_QueryManager_QueuedQueries{job="trino"}': constant(2),
    'trino_execution_name_QueryManager_InternalFailures{job="trino"}': growing(0.1),
    'trino_execution_name_QueryManager_ExternalFailures{job="trino"}': constant(0),
    'trino_execution_name_QueryManager_InsufficientResourcesFailures{job="trino"}': constant(0),
    'trino_metadata_name_DiscoveryNodeManager_ActiveNodeCount{job="trino"}': with_rollouts(3, 2),
    'kube_deployment_spec_replicas{namespace="lake-trino", deployment="trino-coordinator"}': constant(1),
    'kube_deployment_status_replicas_available{namespace="lake-trino", deployment="trino-coordinator"}': constant(1),
    'kube_deployment_spec_replicas{namespace="lake-trino", deployment="trino-worker"}': constant(2),
    'kube_deployment_status_replicas_available{namespace="lake-trino", deployment="trino-worker"}': with_rollouts(2, 1),
    'kube_cronjob_status_last_successful_time{namespace="lake-dbt", cronjob="pipeline"}': last_multiple_of(HOUR, 900),
    'kube_cronjob_spec_suspend{namespace="lake-dbt", cronjob="pipeline"}': constant(0),
    'odoo_lake_backup_last_success_timestamp_seconds{database="lake_ops"}': last_multiple_of(DAY, 900),
    'odoo_lake_restore_drill_last_success_timestamp_seconds{database="lake_ops"}': last_multiple_of(7 * DAY),
}
PLATFORM = {
    'minio_cluster_health_capacity_usable_free_bytes{server="a"}': growing(-10, 500000),
    'minio_cluster_health_capacity_usable_total_bytes{server="a"}': constant(1000000),
    'minio_cluster_usage_buckets_total_bytes{bucket="odoo-lake-bronze"}': growing(10, 300000),
    'minio_cluster_erasure_set_write_quorum{pool_id="0", set_id="0"}': constant(3),
    'minio_cluster_erasure_set_write_health{pool_id="0", set_id="0"}': constant(1),
    'minio_system_drive_free_inodes{server="a", drive="/export"}': growing(-1, 500000),
    'minio_system_drive_total_inodes{server="a", drive="/export"}': constant(600000),
    'minio_api_requests_total{name="PutObject"}': growing(900),
    'minio_api_requests_5xx_errors_total{name="PutObject"}': growing(0.2),
    'cnpg_collector_up{pod="postgres-1"}': with_rollouts(1, 1),
    'cnpg_collector_up{pod="postgres-2"}': with_rollouts(1, 0),
    'cnpg_backends_total{pod="postgres-1"}': constant(60),
    'cnpg_pg_settings_setting{pod="postgres-1", name="max_connections"}': constant(200),
    'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{pod="postgres-1"}': last_multiple_of(DAY),
    'barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp{pod="postgres-1"}': constant(0),
    'cnpg_pg_stat_archiver_last_failed_time{pod="postgres-1"}': constant(-1),
    'cnpg_pg_stat_archiver_last_archived_time{pod="postgres-1"}': last_multiple_of(STEP_SECONDS),
    'cnpg_pg_replication_lag{pod="postgres-2"}': with_rollouts(0, 90),
    'cnpg_backends_max_tx_duration_seconds{pod="postgres-1", datname="airbyte"}': constant(20),
    'cnpg_pg_database_xid_age{datname="airbyte"}': growing(1000, 1e7),
    'kube_pod_container_status_restarts_total{namespace="lake-trino", pod="a", container="trino"}': growing(0.0005),
    'kube_pod_status_phase{namespace="lake-trino", pod="a", phase="Pending"}': with_rollouts(0, 1),
    f'kube_resourcequota{{{ROW}, type="used"}}': with_rollouts(5, 10),
    f'kube_resourcequota{{{ROW}, type="hard"}}': constant(10),
    'kubelet_volume_stats_available_bytes{namespace="lake-postgres", persistentvolumeclaim="pg-1"}': growing(-1, 60000),
    'kubelet_volume_stats_capacity_bytes{namespace="lake-postgres", persistentvolumeclaim="pg-1"}': constant(100000),
    'certmanager_certificate_expiration_timestamp_seconds{namespace="lake-system", name="tls"}': constant(90 * DAY),
    'queries_total{job="query-exporter", database="airbyte", query="a", status="success"}': growing(5),
    'prometheus_rule_evaluation_failures_total{rule_group="a"}': constant(0),
    'alertmanager_notifications_failed_total{integration="slack"}': constant(1),
}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_healthy_month_fires_nothing(profile: str, tmp_path: Path) -> None:
    groups = [group for content in rules_of(profile).values() for group in content["groups"]]
    order = sorted((group["name"] for group in groups), key=lambda name: not name.endswith("-recording"))
    jobs = {
        rule["labels"]["job"] for g in groups for rule in g["rules"] if rule.get("record") == "scrape_target:expected"
    }
    up = {f'up{{job="{job}", instance="a"}}': with_rollouts(1, 0) for job in jobs}
    series = RECORD | AIRBYTE | PRODUCTS | PLATFORM | up
    (tmp_path / "rules.json").write_text(json.dumps({"groups": groups}))
    fired = 'max by (alertname) (count_over_time(ALERTS{alertstate="firing", alertname!="Watchdog"}[30d]))'
    watched = 'sum(count_over_time(ALERTS{alertstate="firing", alertname="Watchdog"}[30d])) > bool 1400'
    case = {
        "interval": f"{STEP_SECONDS}s",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {"expr": fired, "eval_time": "30d", "exp_samples": []},
            {"expr": watched, "eval_time": "30d", "exp_samples": [{"labels": "{}", "value": 1}]},
        ],
    }
    # Every half hour: each minute would take a quarter of an hour.
    test = {"rule_files": ["rules.json"], "evaluation_interval": "30m", "group_eval_order": order, "tests": [case]}
    file = tmp_path / "month.json"
    file.write_text(json.dumps(test))
    assert run_promtool([file]) == {file: ""}
