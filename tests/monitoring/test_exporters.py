"""The real query-exporter reads the right figures from real databases, and says so when it can't."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lakehouse.exporters import EXPORTERS as EXPORTED
from lakehouse.trino_clients import BUILDS, CATALOG, CLIENTS
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.monitoring.exporter_process import EXPORTERS, Scrape, configuration, query_exporter
from tests.monitoring.product_databases import (
    fill_product_databases,
    make_product_databases,
    metrics_addresses,
    sqlalchemy_url,
)

METRICS = Path(__file__).parent / "metrics"


@pytest.fixture(scope="module")
def filled(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scrape]:
    urls = make_product_databases(postgres)
    fill_product_databases(urls)
    addresses = {name: sqlalchemy_url(url) for name, url in metrics_addresses(postgres, urls).items()}
    with query_exporter(addresses, tmp_path_factory.mktemp("exporter") / "log") as scrape:
        yield scrape


def test_no_query_fails_on_databases_with_the_products_tables(filled: Scrape) -> None:
    outcomes = filled.values("queries_total", "query", "status")
    assert {status for _, status in outcomes} == {"success"}


def test_a_connection_fails_by_its_last_finished_job_only(filled: Scrape) -> None:
    assert filled.values("odoo_lake_airbyte_failed_syncs", "connection") == {
        ("busy",): 0,
        ("broken",): 2,
        ("quiet",): 0,
    }


def test_a_connections_success_is_the_last_one_and_its_creation_before_the_first(filled: Scrape) -> None:
    successes = filled.values("odoo_lake_airbyte_last_success_timestamp_seconds", "connection")
    assert successes == {("busy",): 1.8e9, ("broken",): 1.79e9, ("quiet",): 1.7e9}


def test_records_are_those_of_the_attempt_that_succeeded(filled: Scrape) -> None:
    assert filled.values("odoo_lake_airbyte_last_sync_records", "connection")["busy",] == 1200


def test_a_paused_connection_and_a_refused_pod_are_seen(filled: Scrape) -> None:
    assert filled.values("odoo_lake_airbyte_breaking_changes", "connection")["quiet",] == 1
    refused = filled.values("odoo_lake_airbyte_quota_refused_syncs", "connection")
    assert refused == {("busy",): 0, ("broken",): 1, ("quiet",): 0}
    assert filled.value("odoo_lake_airbyte_connections") == 2


def test_waiting_and_running_jobs_are_counted_with_their_age(filled: Scrape) -> None:
    jobs = filled.values("odoo_lake_airbyte_unfinished_jobs", "status")
    assert jobs == {("pending",): 1, ("queued",): 0, ("running",): 1, ("incomplete",): 0}
    ages = filled.values("odoo_lake_airbyte_oldest_job_seconds", "status")
    assert ages["queued",] == 0
    assert 600 <= ages["running",] < 1200 <= ages["pending",] < 2400


def test_extractions_count_failures_since_the_last_success(filled: Scrape) -> None:
    assert filled.value("odoo_lake_extraction_failed_runs") == 2
    assert filled.value("odoo_lake_extraction_last_success_timestamp_seconds") == 2090
    assert filled.value("odoo_lake_extraction_duration_seconds") == 90
    assert 90 <= filled.value("odoo_lake_extraction_running_seconds") < 900
    assert filled.value("odoo_lake_source_versions") == 2
    assert filled.values("odoo_lake_extraction_rows", "kind") == {("written",): 20, ("deleted",): 2}


def test_a_tables_state_is_its_newest(filled: Scrape) -> None:
    assert filled.values("odoo_lake_table_extracted_timestamp_seconds", "table") == {
        ("sale_order",): 2010,
        ("crm_stage",): 2020,
    }
    assert filled.values("odoo_lake_table_freshness_seconds", "table") == {
        ("sale_order",): 14400,
        ("crm_stage",): 86400,
    }
    assert filled.values("odoo_lake_table_rows", "table") == {("sale_order",): 200, ("crm_stage",): 6}
    assert filled.values("odoo_lake_table_previous_rows", "table") == {("sale_order",): 500, ("crm_stage",): 6}


def test_published_figures_are_as_old_as_their_own_extraction(filled: Scrape) -> None:
    assert filled.value("odoo_lake_published_data_timestamp_seconds") == 1010
    assert filled.value("odoo_lake_unpublished_builds") == 1
    assert filled.values("odoo_lake_missing_referent_rows", "dimension") == {("dim_customer",): 2}


def test_dbt_is_judged_by_its_newest_run(filled: Scrape) -> None:
    assert filled.value("odoo_lake_dbt_failed_runs") == 1
    assert filled.value("odoo_lake_dbt_last_success_timestamp_seconds") == 2200
    assert filled.value("odoo_lake_dbt_run_seconds") == 33.5
    nodes = filled.values("odoo_lake_dbt_nodes", "resource_type", "status")
    assert nodes == {("model", "success"): 1, ("model", "error"): 1, ("test", "fail"): 1}
    assert filled.values("odoo_lake_dbt_failing_rows", "node") == {("model.b",): 1, ("test.c",): 7}


def test_reconciliation_is_the_newest_comparison(filled: Scrape) -> None:
    assert filled.value("odoo_lake_reconciliation_timestamp_seconds") == 2400
    differing = filled.values("odoo_lake_reconciliation_differing_figures", "check")
    assert differing == {("payments",): 0, ("trial_balance",): 3}
    assert filled.values("odoo_lake_reconciliation_figures", "check") == {("payments",): 11, ("trial_balance",): 12}


def test_a_backup_and_a_drill_count_when_they_succeeded(filled: Scrape) -> None:
    assert filled.value("odoo_lake_backup_last_success_timestamp_seconds") == 5000
    assert filled.value("odoo_lake_restore_drill_last_success_timestamp_seconds") == 5200


def test_a_drill_that_never_succeeded_is_as_old_as_the_first_attempt_or_copy(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    """Else a drill that never runs would never be missed."""
    url = make_product_databases(postgres)["lake_ops"]
    copy = "insert into lake_backup (id, status, started_at, destination, objects, size_bytes, copied, removed) values "
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(copy + "(1, 'failed', to_timestamp(100), '', 0, 0, 0, 0)")
    with query_exporter({"lake_ops": sqlalchemy_url(url)}, tmp_path / "log") as scrape:
        assert scrape.value("odoo_lake_restore_drill_last_success_timestamp_seconds") == 100
        assert "odoo_lake_backup_last_success_timestamp_seconds" not in scrape.metric_names()


def test_dagsters_jobs_queue_and_daemons_are_read(filled: Scrape) -> None:
    assert filled.values("odoo_lake_dagster_failed_runs", "job") == {("odoo_daily",): 1}
    assert filled.values("odoo_lake_dagster_last_success_timestamp_seconds", "job") == {("odoo_daily",): 40}
    assert filled.values("odoo_lake_dagster_heartbeat_timestamp_seconds", "daemon") == {("SCHEDULER",): 1234}
    assert filled.values("odoo_lake_dagster_unfinished_runs", "status")["QUEUED",] == 1
    assert 700 <= filled.values("odoo_lake_dagster_oldest_run_seconds", "status")["QUEUED",] < 1400
    assert filled.values("odoo_lake_dagster_failed_ticks", "type") == {("SCHEDULE",): 1, ("SENSOR",): 0}


def test_metabases_latency_leaves_out_old_and_cached_answers(filled: Scrape) -> None:
    assert filled.value("odoo_lake_metabase_recent_queries") == 22
    assert filled.value("odoo_lake_metabase_failed_queries") == 1
    # Of 1 to 21 and 21 again, the place 0.95 * 21 = 19.95 from 0 lies between 20 s and 21 s.
    assert filled.value("odoo_lake_metabase_query_p95_seconds") == pytest.approx(20.95)


def test_latency_is_of_queries_that_somebody_waits_for(filled: Scrape) -> None:
    assert filled.value("odoo_lake_trino_recent_queries") == 22
    # Of 1 to 21 s and an hour, the place 0.95 * 21 = 19.95 from 0 lies between 20 s and 21 s.
    assert filled.value("odoo_lake_trino_query_p95_seconds") == pytest.approx(20.95)


def test_the_log_counts_every_query_for_the_comparison_with_trino(filled: Scrape) -> None:
    assert filled.value("odoo_lake_query_log_recent_queries") == 26


def test_usage_is_told_by_user_program_and_table(filled: Scrape) -> None:
    assert filled.values("odoo_lake_trino_daily_queries", "user", "source", "state") == {
        ("ana", "Apache Superset", "finished"): 21,
        ("ana", "unnamed", "failed"): 1,
        ("datahub", "unnamed", "finished"): 1,
        ("dbt", "odoo-lake", "finished"): 1,
        ("fin", "trino-cli", "failed"): 1,
        ("fin", "trino-cli", "finished"): 2,
    }
    tables = filled.values("odoo_lake_trino_daily_table_queries", "table")
    assert tables == {("gold.ar_aging",): 3, ("gold.monthly_pnl",): 1}
    assert filled.values("odoo_lake_trino_daily_sensitive_queries", "user", "table") == {("fin", "gold.ar_aging"): 1}


def test_who_touched_bronze_is_told_by_user_and_action(filled: Scrape) -> None:
    assert filled.values("odoo_lake_object_daily_requests", "user", "bucket", "action") == {
        ("trino", "odoo-lake-bronze", "GetObject"): 42,
        ("anonymous", "odoo-lake-bronze", "GetObject"): 4,
        ("anonymous", "odoo-lake-bronze", "PutObject"): 2,
    }
    refusals = filled.values("odoo_lake_object_daily_refusals", "user", "bucket")
    assert refusals == {("anonymous", "odoo-lake-bronze"): 5}
    last = filled.values("odoo_lake_object_last_access_timestamp_seconds", "bucket")
    assert last.keys() == {("odoo-lake-bronze",), ("odoo-lake-backup",)}
    assert last["odoo-lake-backup",] == 7000
    assert 60 <= time.time() - last["odoo-lake-bronze",] < 900


def test_the_users_that_nobody_waits_for_are_those_of_the_program() -> None:
    [builders] = [client.role for client in CLIENTS if client.name == BUILDS]
    statements = [str(query["sql"]) for query in configuration("lake_ops")["queries"].values()]
    assert sum(f"'{builders}' <> all" in statement for statement in statements) == 3
    assert sum(f"login <> '{CATALOG}'" in statement for statement in statements) == 2


def test_odoos_database_is_measured_without_reading_a_table(filled: Scrape) -> None:
    assert filled.value("odoo_lake_odoo_longest_transaction_seconds") >= 0
    assert filled.value("odoo_lake_odoo_replication_slots") == 0
    sessions = filled.values("odoo_lake_odoo_connections", "kind")
    assert 1 <= sessions["used",] < sessions["allowed",]


def test_databases_without_the_tables_give_errors_and_no_values(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    names = ("airbyte", "dagster", "lake_ops", "metabase")
    urls = {name: sqlalchemy_url(postgres.recreate_database(f"wrong_{name}")) for name in names}
    with query_exporter(urls, tmp_path / "log") as scrape:
        outcomes = scrape.values("queries_total", "query", "status")
        assert "success" not in {status for _, status in outcomes}
        assert {query for query, _ in outcomes} == {query for name in names for query in configuration(name)["queries"]}
        assert not {name for name in scrape.metric_names() if name.startswith("odoo_lake_")}


def test_a_database_that_is_not_there_gives_errors(tmp_path: Path) -> None:
    with query_exporter({"airbyte": "postgresql+psycopg://nobody@127.0.0.1:1/airbyte"}, tmp_path / "log") as scrape:
        assert scrape.values("database_errors_total", "database")["airbyte",] > 0
        assert not {name for name in scrape.metric_names() if name.startswith("odoo_lake_")}


def test_databases_without_rows_give_zeros_where_nothing_is_something(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    urls = {name: sqlalchemy_url(url) for name, url in make_product_databases(postgres).items()}
    with query_exporter(urls, tmp_path / "log") as scrape:
        assert {status for _, status in scrape.values("queries_total", "query", "status")} == {"success"}
        assert scrape.value("odoo_lake_airbyte_connections") == 0
        assert scrape.value("odoo_lake_metabase_recent_queries") == 0
        assert scrape.value("odoo_lake_dbt_failed_runs") == 0
        # Nothing was ever published: older than any threshold.
        assert time.time() - scrape.value("odoo_lake_published_data_timestamp_seconds") > 86400 * 365
        assert not scrape.values("odoo_lake_airbyte_failed_syncs", "connection"), "AirbyteStatusMissing must fire"


def test_the_metrics_login_reads_what_the_queries_need_and_no_more(postgres: EmbeddedPostgres) -> None:
    """A column is granted if and only if a query fails without it."""
    urls = make_product_databases(postgres)
    fill_product_databases(urls)
    logins = metrics_addresses(postgres, urls)
    needless = []
    for exporter in (exporter for exporter in EXPORTED if exporter.grants):
        statements = [str(query["sql"]) for query in configuration(exporter.name)["queries"].values()]
        with (
            psycopg.connect(logins[exporter.name], autocommit=True) as login,
            psycopg.connect(urls[exporter.name], autocommit=True) as owner,
        ):
            assert refused(login, statements) == []
            for table, columns in exporter.grants.items():
                assert refused(login, [f"select * from {table}"]), f"{table} can be read whole"
                for column in columns:
                    owner.execute(f'revoke select ("{column}") on {table} from metrics'.encode())
                    if not refused(login, statements):
                        needless.append(f"{exporter.name}.{table}.{column}")
                    owner.execute(f'grant select ("{column}") on {table} to metrics'.encode())
    assert needless == []


def test_tables_that_the_pipeline_makes_later_can_be_read(postgres: EmbeddedPostgres) -> None:
    urls = make_product_databases(postgres)
    logins = metrics_addresses(postgres, urls)
    with psycopg.connect(urls["lake_ops"], autocommit=True) as owner:
        owner.execute("create table made_later (id int)")
    with psycopg.connect(logins["lake_ops"], autocommit=True) as login:
        assert refused(login, ["select * from made_later"]) == []
        assert refused(login, ["insert into made_later values (1)"])


def refused(login: psycopg.Connection, statements: list[str]) -> list[str]:
    """Those that the login lacks the right for."""
    found = []
    for statement in statements:
        try:
            login.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            found.append(statement)
    return found


@pytest.mark.parametrize("file", sorted(EXPORTERS.glob("*.yaml")), ids=lambda file: file.stem)
def test_no_value_outlives_what_it_was_read_from(file: Path) -> None:
    for name, metric in configuration(file.stem)["metrics"].items():
        assert metric["expiration"] == "5m", name
        assert name.startswith("odoo_lake_"), name


def test_the_listing_of_our_metrics_is_what_the_exporter_serves(filled: Scrape) -> None:
    # A slot needs wal_level = logical, which no other test wants; an error has no place here.
    unused = {
        "database_errors_total",
        "odoo_lake_odoo_slot_retained_bytes",
        "odoo_lake_odoo_slot_safe_bytes",
        "odoo_lake_odoo_lost_slots",
    }
    assert set((METRICS / "query-exporter.txt").read_text().split()) == filled.metric_names() | unused
